#include <algorithm>
#include <cmath>

#include "base/counted.h"
#include "base/text.h"
#include "report/charts.h"
#include "report/html.h"
#include "report/names.h"
#include "report/sections.h"
#include "report/summary.h"

namespace brainmvp::report {
namespace {

// Sum of a value over the steps, in seconds.
double total_of(const RunRecord& run, const char* name) {
  const Series* series = run.find(name);
  double sum = 0;
  for (std::size_t i = 0; series != nullptr && i < series->values.size(); ++i) {
    sum += std::isfinite(series->values[i]) ? series->values[i] : 0;
  }
  return sum;
}

// The middle time of a step; 0 without steps.
double step_seconds(const RunRecord& run) {
  const Series* series = run.find("seconds");
  std::vector<double> values = series == nullptr ? std::vector<double>{} : series->values;
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  return values.empty() ? 0 : metrics::median(std::move(values));
}

std::string studies_of(const RunLog& log) {
  if (!log.studies) {
    return "not recorded";
  }
  const std::string simulated = !log.simulated                 ? ""
                                : log.simulated == log.studies ? " (simulated)"
                                                               : " (" + grouped(*log.simulated) + " simulated)";
  return grouped(*log.studies) + simulated +
         (log.validation_studies ? " + " + grouped(*log.validation_studies) + " for validation" : "");
}

std::string or_dash(const std::string& text) { return text.empty() ? "\xe2\x80\x93" : text; }

std::string machine_of(const RunRecord& run) {
  const RunLog& log = run.log;
  return log.device.empty()
             ? or_dash(run.setting("device"))
             : log.device + ", " + log.precision + ", " + log.threads + (log.threads == "1" ? " thread" : " threads");
}

// What is said of a run, and how; a line of the comparison each.
std::vector<std::pair<std::string, std::string>> facts_of(const RunRecord& run) {
  const RunLog& log = run.log;
  const auto change = loss_change(run);
  const auto best = best_step(run);
  const double seconds = total_of(run, "seconds");
  const double waited = total_of(run, "data_wait_seconds");
  return {{"Kind", kind_name(run.kind)},
          {"Network", or_dash(log.network.empty() ? run.setting("network") : log.network)},
          {"Recipe", or_dash(run.setting("recipe"))},
          {"Studies", studies_of(log)},
          {"Channels", or_dash(log.channels)},
          {"Targets", or_dash(log.targets)},
          {"Progress", progress_of(run) + (log.resumed > 0 ? ", resumed " + counted(log.resumed, "time") : "")},
          {"Loss, first to last twentieth",
           change ? significant(change->first) + " \xe2\x86\x92 " + significant(change->last) : or_dash("")},
          {"Best validation", best ? readable_name(best->metric) + " " + significant(best->value) + " at step " +
                                         grouped(static_cast<std::uint64_t>(best->step))
                                   : or_dash("")},
          {"Time in steps", seconds > 0 ? human_seconds(seconds) : or_dash("")},
          {"Time of a step, median", seconds > 0 ? human_seconds(step_seconds(run)) : or_dash("")},
          {"Waited for data", seconds > 0 ? fixed_number(100 * waited / seconds, 1) + "%" : or_dash("")},
          {"Device", machine_of(run)},
          {"Started", or_dash(log.started)},
          {"Last entry", or_dash(log.ended)},
          {"Warnings in the log", log.started.empty() ? or_dash("") : std::to_string(log.warnings)},
          {"brainmvp", or_dash(log.version)}};
}

std::string notes_of(const std::vector<RunRecord>& runs) {
  std::string items;
  for (const RunRecord& run : runs) {
    for (const std::string& note : run.notes) {
      items += "<li><strong>" + escaped(run.name) + "</strong>: " + escaped(note) + "</li>";
    }
  }
  return items.empty() ? "" : "<ul class=\"notes\">" + items + "</ul>\n";
}

std::string settings_of(const RunRecord& run) {
  Table table{.caption = "Configuration of " + run.name, .columns = {{"Option", false}, {"Value", false}}, .rows = {}};
  for (const io::ConfigEntry& entry : run.config) {
    table.rows.push_back({text_cell(entry.table + "." + entry.key), text_cell(join(io::texts_of(entry.values), ", "))});
  }
  return "<details><summary>" + escaped(run.name) + "</summary>" + table_html(table) + "</details>\n";
}

} // namespace

std::string runs_section(const std::vector<RunRecord>& runs) {
  if (runs.empty()) {
    return "";
  }
  Table table{.caption = runs.size() == 1 ? "The run" : "The runs side by side", .columns = {{"Run", false}}, .rows = {}};
  for (const RunRecord& run : runs) {
    table.columns.push_back({run.name, false});
  }
  for (std::size_t run = 0; run < runs.size(); ++run) {
    const auto facts = facts_of(runs[run]);
    table.rows.resize(facts.size());
    for (std::size_t i = 0; i < facts.size(); ++i) {
      if (run == 0) {
        table.rows[i].push_back(text_cell(facts[i].first));
      }
      table.rows[i].push_back(text_cell(facts[i].second));
    }
  }
  std::erase_if(table.rows, [](const std::vector<Cell>& row) {
    return std::ranges::all_of(row.begin() + 1, row.end(), [](const Cell& cell) { return cell.html == or_dash(""); });
  });
  return section_html("runs", runs.size() == 1 ? "Run" : "Runs", notes_of(runs) + table_html(table));
}

std::string curves_section(const std::vector<RunRecord>& runs, PageData& charts) {
  std::string html;
  for (const RunKind kind : {RunKind::kPretrain, RunKind::kSegment, RunKind::kClassify, RunKind::kRegress, RunKind::kOther}) {
    const std::string of_kind = charts_html(runs_of_kind(runs, kind), charts);
    if (!of_kind.empty()) {
      std::string title = kind_name(kind);
      title.front() = static_cast<char>(title.front() - 'a' + 'A');
      html += "<h3>" + title + "</h3>\n" + of_kind;
    }
  }
  if (html.empty()) {
    return runs.empty() ? "" : section_html("curves", "Curves", "<p>No step has been recorded yet.</p>\n");
  }
  return section_html("curves", "Curves",
                      "<p class=\"hint\">Pale: values as recorded, thinned to at most 400 points. Strong: moving average over a "
                      "fiftieth of the steps. Drag across a chart to zoom, double-click to go back.</p>\n"
                      "<label class=\"switch\"><input type=\"checkbox\" id=\"log-scale\"> Logarithmic vertical axes</label>\n" +
                          html);
}

std::string configuration_section(const std::vector<RunRecord>& runs) {
  std::string html;
  for (const RunRecord& run : runs) {
    html += settings_of(run);
  }
  return html.empty() ? "" : section_html("configuration", "Configuration", html);
}

} // namespace brainmvp::report
