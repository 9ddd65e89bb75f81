#include "benchmark/page.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "report/charts.h"
#include "report/figures.h"
#include "report/html.h"
#include "report/page.h"

namespace brainmvp::benchmark {
namespace {

using Json = nlohmann::ordered_json;
using report::escaped;
using report::number_cell;
using report::text_cell;

std::string setting_words(const Setting& setting) {
  return (setting.task.empty() ? "mean over tasks" : setting.task) + ", " + std::to_string(setting.labelled) + " labelled" +
         (setting.backbone.empty() ? "" : ", " + setting.backbone);
}

std::vector<Setting> settings_of(const Comparison& comparison) {
  std::vector<Setting> settings;
  for (const Score& one : comparison.scores) {
    if (std::ranges::count(settings, one.setting) == 0) {
      settings.push_back(one.setting);
    }
  }
  return settings;
}

template <class Row>
const Row* row_of(const std::vector<Row>& rows, const Setting& setting, const std::string& objective) {
  const auto row =
      std::ranges::find_if(rows, [&](const Row& one) { return one.setting == setting && one.objective == objective; });
  return row == rows.end() ? nullptr : &*row;
}

report::Table table_of(const Comparison& comparison, const std::string& caption) {
  report::Table table{.caption = caption, .columns = {{"Task", false}}, .rows = {}, .sortable = false};
  for (const std::string& objective : comparison.objectives) {
    table.columns.push_back({objective, true});
  }
  return table;
}

std::string scores_table(const Comparison& comparison) {
  report::Table table = table_of(comparison, "Mean score over patients and seeds with its 95% interval over patients");
  for (const Setting& setting : settings_of(comparison)) {
    std::vector<report::Cell> row{text_cell(setting_words(setting))};
    for (const std::string& objective : comparison.objectives) {
      const Score* score = row_of(comparison.scores, setting, objective);
      row.push_back(score == nullptr ? text_cell("") : text_cell(report::with_interval(score->mean, score->interval, 3)));
    }
    table.rows.push_back(std::move(row));
  }
  return report::table_html(table);
}

// One plot a setting; a row an objective.
std::string forests(const Comparison& comparison, const std::string& reference) {
  std::vector<std::pair<Setting, std::vector<report::DifferenceRow>>> plots;
  for (const Difference& one : comparison.differences) {
    if (one.reference != reference) {
      continue;
    }
    auto plot = std::ranges::find(plots, one.setting, &std::pair<Setting, std::vector<report::DifferenceRow>>::first);
    if (plot == plots.end()) {
      plot = plots.emplace(plots.end(), one.setting, std::vector<report::DifferenceRow>{});
    }
    const std::string p = one.setting.task.empty() ? "" : " (p " + report::p_value(one.holm) + ")";
    plot->second.push_back({.label = one.objective + p, .value = one.mean, .interval = one.interval});
  }
  std::string html;
  for (const auto& [setting, rows] : plots) {
    html += report::difference_plot({.title = setting_words(setting), .axis = "difference in score"}, rows);
  }
  return html.empty() ? ""
                      : report::section_html(
                            "against-" + reference, "Differences from " + reference,
                            "<p>Objective minus " + escaped(reference) +
                                ", paired over patients and seeds, with 95% intervals over patients; p of Wilcoxon's test, "
                                "corrected by Holm over the comparisons of a task.</p>\n<div class=\"plots\">" +
                                html + "</div>\n");
}

Json plain_curve(const std::string& label, std::size_t colour, const std::vector<double>& x, const std::vector<double>& y) {
  return {{"label", label}, {"colour", colour}, {"x", x}, {"y", y}, {"points", true}};
}

// Score over labelled patients, with the ends of the intervals as dashed lines.
Json efficiency_curves(const Comparison& comparison, const Setting& task) {
  Json curves = Json::array();
  for (std::size_t i = 0; i < comparison.objectives.size(); ++i) {
    std::vector<double> x;
    std::vector<std::vector<double>> y(3);
    for (const Score& one : comparison.scores) {
      if (one.setting.task == task.task && one.setting.backbone == task.backbone && one.objective == comparison.objectives[i]) {
        x.push_back(static_cast<double>(one.setting.labelled));
        y[0].push_back(one.mean);
        y[1].push_back(one.interval.low);
        y[2].push_back(one.interval.high);
      }
    }
    if (x.size() > 1) {
      curves.push_back(plain_curve(comparison.objectives[i], i, x, y[0]));
      for (const auto& [bound, name] : {std::pair(y[1], " low"), std::pair(y[2], " high")}) {
        Json dashed = plain_curve(comparison.objectives[i] + name, i, x, bound);
        dashed["dash"] = true;
        curves.push_back(dashed);
      }
    }
  }
  return curves;
}

std::string efficiency_section(const Comparison& comparison, Json& charts) {
  std::string html;
  std::vector<Setting> tasks;
  for (Setting setting : settings_of(comparison)) {
    setting.labelled = 0;
    if (std::ranges::count(tasks, setting) == 0) {
      tasks.push_back(setting);
    }
  }
  for (const Setting& task : tasks) {
    Json curves = efficiency_curves(comparison, task);
    if (!curves.empty()) {
      html += report::chart_place(task.task + ", " + task.backbone, {.x = "labelled patients", .y = "score"}, std::move(curves),
                                  charts);
    }
  }
  return html.empty() ? "" : report::section_html("labels", "Label efficiency", "<div class=\"charts\">\n" + html + "</div>\n");
}

// A chart a setting, a point an objective.
std::string hours_charts(const Comparison& comparison, Json& charts) {
  std::string html;
  for (const Setting& setting : settings_of(comparison)) {
    Json points = Json::array();
    for (std::size_t i = 0; i < comparison.objectives.size(); ++i) {
      if (const Score* score = row_of(comparison.scores, setting, comparison.objectives[i])) {
        points.push_back(plain_curve(score->objective, i, {score->hours}, {score->mean}));
      }
    }
    html += report::chart_place(setting_words(setting), {.x = "hours", .y = "score"}, std::move(points), charts);
  }
  return "<div class=\"charts\">\n" + html + "</div>\n";
}

std::string hours_section(const Comparison& comparison, Json& charts) {
  report::Table table{.caption = "Hours of one pre-training and one fine-tuning with its test, and the score",
                      .columns = {{"Task", false}, {"Objective", false}, {"Hours", true}, {"Score", true}},
                      .rows = {},
                      .sortable = true};
  for (const Score& one : comparison.scores) {
    table.rows.push_back(
        {text_cell(setting_words(one.setting)), text_cell(one.objective), number_cell(one.hours, 3), number_cell(one.mean, 3)});
  }
  return report::section_html("hours", "Scores and hours", hours_charts(comparison, charts) + report::table_html(table));
}

// A line an objective over the number of modalities that are left.
std::string missing_section(const Comparison& comparison, Json& charts) {
  report::Table table = table_of(comparison, "Mean score of the first seeds with some of the modalities only");
  table.columns.insert(table.columns.begin() + 1, {"Only", false});
  std::vector<std::pair<Setting, std::string>> kinds;
  for (const Subset& one : comparison.subsets) {
    if (std::ranges::count(kinds, std::pair(one.setting, one.only)) == 0) {
      kinds.emplace_back(one.setting, one.only);
    }
  }
  std::map<Setting, std::vector<report::Curve>> curves;
  for (const auto& [setting, only] : kinds) {
    std::vector<report::Cell> row{text_cell(setting_words(setting)), text_cell(only)};
    curves[setting].resize(comparison.objectives.size());
    for (std::size_t i = 0; i < comparison.objectives.size(); ++i) {
      const auto subset = std::ranges::find_if(comparison.subsets, [&, &place = setting, &names = only](const Subset& one) {
        return one.setting == place && one.only == names && one.objective == comparison.objectives[i];
      });
      const bool known = subset != comparison.subsets.end();
      row.push_back(known ? number_cell(subset->mean, 3) : text_cell(""));
      if (known) {
        curves[setting][i].x.push_back(static_cast<double>(std::ranges::count(only, ',') + 1));
        curves[setting][i].y.push_back(subset->mean);
      }
    }
    table.rows.push_back(std::move(row));
  }
  std::string html;
  for (const auto& [setting, lines] : curves) {
    Json drawn = Json::array();
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (!lines[i].x.empty()) {
        drawn.push_back(plain_curve(comparison.objectives[i], i, lines[i].x, lines[i].y));
      }
    }
    html += report::chart_place(setting_words(setting), {.x = "modalities", .y = "score"}, std::move(drawn), charts);
  }
  return kinds.empty() ? ""
                       : report::section_html("missing", "Missing modalities",
                                              "<div class=\"charts\">\n" + html + "</div>\n" + report::table_html(table));
}

// A cell of the heat map: the deeper its colour, the better its rank.
report::Cell rank_cell(const Rank& rank, std::size_t objectives) {
  const double share = objectives < 2 ? 1 : (static_cast<double>(objectives) - rank.rank) / static_cast<double>(objectives - 1);
  return {.html = "<span style=\"display:block;background:color-mix(in srgb,var(--c2) " +
                  report::fixed_number(60 * std::max(0.0, share), 0) + "%,transparent)\">" + report::fixed_number(rank.rank, 1) +
                  " (" + report::fixed_number(100 * rank.first, 0) + "%)</span>",
          .value = rank.rank};
}

std::string ranks_section(const Comparison& comparison) {
  report::Table table =
      table_of(comparison, "Rank, and the share of 2,000 resamples of the patients in which the objective is the best");
  for (const Setting& setting : settings_of(comparison)) {
    std::vector<report::Cell> row{text_cell(setting_words(setting))};
    for (const std::string& objective : comparison.objectives) {
      const Rank* rank = row_of(comparison.ranks, setting, objective);
      row.push_back(rank == nullptr ? text_cell("") : rank_cell(*rank, comparison.objectives.size()));
    }
    table.rows.push_back(std::move(row));
  }
  return report::section_html("ranks", "Ranks", report::table_html(table));
}

} // namespace

std::string comparison_page(const Comparison& comparison, const std::string& title) {
  Json charts = Json::array();
  std::string body = report::section_html(
      "scores", "Scores",
      "<p>Higher is better: mean Dice of the regions, probability of the true class, or minus the absolute error.</p>\n" +
          scores_table(comparison));
  body += forests(comparison, "scratch") + forests(comparison, "mae") + efficiency_section(comparison, charts) +
          missing_section(comparison, charts) + hours_section(comparison, charts) + ranks_section(comparison);
  return report::page_html({.title = title.empty() ? "brainmvp benchmark" : title,
                            .subtitle = "Written by brainmvp benchmark on " + report::time_of_day() + ".",
                            .body = body,
                            .data = {{"charts", charts}, {"volumes", Json::object()}}});
}

} // namespace brainmvp::benchmark
