#include <algorithm>
#include <set>

#include "base/atomic_file.h"
#include "base/counted.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/text.h"
#include "infer/head.h"
#include "infer/output_files.h"

namespace brainmvp::infer {
namespace fs = std::filesystem;
namespace {

class PredictionTable : public Outputs {
public:
  PredictionTable(const PredictionSetup& setup, std::string prefix) : Outputs(setup), prefix_(std::move(prefix)) {}

  void refuse_existing(const std::vector<study::Study>& studies) const override;
  void predict(store::PreparedStudy& prepared, const study::Study& study, const CaseFacts& facts) override;
  void finish() override;

protected:
  void read_earlier(const std::vector<study::Study>& studies) override;
  [[nodiscard]] bool done(const study::Study& study) override { return std::ranges::count(rows_, study.id, &Row::name) > 0; }

private:
  struct Row {
    std::string name;
    std::vector<std::string> values;
  };

  std::string prefix_;
  std::vector<Row> rows_;
  std::vector<CaseFacts> row_facts_;
};

// Rows of the earlier table that still hold, and those of studies that this call does not name.
void PredictionTable::read_earlier(const std::vector<study::Study>& studies) {
  std::vector<std::string> others;
  for (const EarlierRow& row : earlier_rows(setup().options.output, setup().sidecar({}))) {
    const auto study = std::ranges::find(studies, row.cells.front(), &study::Study::id);
    if (study != studies.end() && repeats(*study, reason_to_repeat(row, input_hashes(*study)))) {
      continue;
    }
    if (study == studies.end()) {
      others.push_back(row.cells.front());
    }
    rows_.push_back({.name = row.cells.front(), .values = {row.cells.begin() + 1, row.cells.end()}});
    row_facts_.push_back(
        {.plans = {}, .ignored = {}, .inputs = {}, .earlier_channels = row.channels, .earlier_inputs = row.inputs});
  }
  if (!others.empty()) {
    log::warning(counted(others.size(), "row of the table is of a study that is", "rows of the table are of studies that are") +
                 " not among the input and will stay: " + join(others, ", "));
  }
}

void PredictionTable::refuse_existing(const std::vector<study::Study>& /*studies*/) const {
  const fs::path& folder = setup().options.output;
  const bool stopped =
      setup().options.resume && !fs::exists(folder / kTableName) && is_sidecar(text_of(folder / kTableSidecarName));
  const bool known = setup().options.force || stopped || !rows_.empty() || any_repeated();
  refuse_existing_prediction(folder / kTableName, folder / kTableSidecarName, known);
}

void PredictionTable::predict(store::PreparedStudy& prepared, const study::Study& study, const CaseFacts& facts) {
  Row row{.name = study.id, .values = {}};
  std::ranges::transform(predict_whole(prepared, setup().members), std::back_inserter(row.values), shortest);
  rows_.push_back(std::move(row));
  row_facts_.push_back(facts);
}

void PredictionTable::finish() {
  if (rows_.empty()) {
    return;
  }
  std::string text = "case";
  for (const std::string& name : setup().description().output_names()) {
    text.append("\t").append(prefix_).append(name);
  }
  for (const Row& row : rows_) {
    text.append("\n").append(row.name);
    for (const std::string& value : row.values) {
      text.append("\t").append(value);
    }
  }
  text.append("\n");
  const fs::path& folder = setup().options.output;
  const std::string hash = content_hash(std::as_bytes(std::span(text)));
  remove_output(folder / kTableName); // the sidecar never stands beside a table that it does not describe
  write_file(folder / kTableSidecarName, setup().sidecar({.cases = row_facts_, .probabilities = {}, .table_hash = hash}));
  write_file(folder / kTableName, text);
}

} // namespace

std::unique_ptr<Outputs> prediction_table(const PredictionSetup& setup, const std::string& prefix) {
  return std::make_unique<PredictionTable>(setup, prefix);
}

} // namespace brainmvp::infer
