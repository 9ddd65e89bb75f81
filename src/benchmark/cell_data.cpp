#include <algorithm>

#include "base/error.h"
#include "base/random.h"
#include "base/text.h"
#include "benchmark/cell_parts.h"
#include "benchmark/studies.h"
#include "simulate/anatomy.h"

namespace brainmvp::benchmark {
namespace fs = std::filesystem;
namespace {

const std::string kNoResult = "{}\n";

std::vector<fs::path> label_maps(const fs::path& folder) {
  std::vector<fs::path> maps;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_regular_file() && !entry.path().filename().string().starts_with('.')) {
      maps.push_back(entry.path());
    }
  }
  std::ranges::sort(maps);
  return maps;
}

// Cohorts of one seed would be the same people.
std::string cohort_seed(const Plan& plan, const std::string& cohort) {
  return std::to_string(text_key(cohort + " " + std::to_string(plan.data_seed)) % 1'000'000'000);
}

struct Cohort {
  std::string cell;
  std::string name; // "training"
  std::uint64_t studies;
};

// Options that keep the heads of test patients to them.
Words heads_for(const Plan& plan, const Source& source, bool test, const Places& places) {
  if (has_folder_of_maps(places)) {
    return {"--anatomy", (folder_of(kAnatomyCell) / (test ? "test" : "training")).string()};
  }
  if (places.anatomy == simulate::kDrawnAnatomy) {
    return {"--anatomy", places.anatomy.string()};
  }
  if (std::ranges::find(source.simulate, "--anatomy") != source.simulate.end()) {
    return {};
  }
  const std::size_t heads = simulate::Anatomy::shipped().count();
  const std::size_t first_test = heads - std::min<std::size_t>(plan.test_heads, heads / 3);
  Words numbers;
  for (std::size_t n = test ? first_test : 0; n < (test ? heads : first_test); ++n) {
    numbers.push_back(std::to_string(n + 1));
  }
  return {"--heads", join(numbers, ",")};
}

Words simulation(const Plan& plan, const Source& source, const Cohort& cohort, const Places& places) {
  Words words{"simulate",
              "--output",
              (folder_of(cohort.cell) / cohort.name).string(),
              "--studies",
              std::to_string(cohort.studies),
              "--voxel",
              shortest(plan.spacing_mm),
              "--seed",
              cohort_seed(plan, cohort.cell + "/" + cohort.name)};
  return with_options(with_options(words, heads_for(plan, source, cohort.name == "test", places)), source.simulate);
}

Words indexing(const Source& source, const fs::path& data, const fs::path& list) {
  Words words{"index", data.string(), "--output", list.string(), "--force"};
  return source.index.empty() ? words : with_options(words, {"--task", source.index});
}

Words preparation(const Plan& plan, const fs::path& list, const fs::path& store) {
  return {"prepare", list.string(), "--output", store.string(), "--spacing", shortest(plan.spacing_mm)};
}

const fs::path& data_folder(const Source& source, const Places& places) {
  const auto found = places.data.find(source.data);
  if (found == places.data.end()) {
    throw Error(ExitCode::kUsage, "the plan wants a data set named " + source.data + "; add --data " + source.data + "=FOLDER");
  }
  return found->second;
}

// Makes what is simulated, unless an earlier attempt did, and lists it.
void make_cohort(const Workplace& place, const Words& simulate, const Words& index) {
  const auto output = std::ranges::find(simulate, "--output") + 1;
  if (!fs::exists(place.path(*output))) {
    place.run(simulate);
  }
  place.run(index);
}

std::string recipe_of(const std::vector<Words>& commands) {
  Words lines;
  std::ranges::transform(commands, std::back_inserter(lines), [](const Words& words) { return join(words, " "); });
  return join(lines, "\n");
}

Words needs_of(const Source& source, const Places& places) {
  return source.data.empty() && has_folder_of_maps(places) ? Words{kAnatomyCell} : Words{};
}

Cell simulated_data(const Plan& plan, const Task& task, const Places& places) {
  Cell cell{.name = data_name(task),
            .needs = needs_of(task.source, places),
            .units = task.labelled.back() + task.validation + task.test,
            .group = data_name(task)};
  std::vector<std::pair<Words, Words>> commands;
  for (const auto& [cohort, studies] : std::initializer_list<std::pair<std::string, std::uint64_t>>{
           {"training", task.labelled.back()}, {"validation", task.validation}, {"test", task.test}}) {
    const fs::path folder = folder_of(cell.name) / cohort;
    commands.emplace_back(simulation(plan, task.source, {cell.name, cohort, studies}, places),
                          indexing(task.source, folder, folder.string() + ".json"));
    cell.recipe += recipe_of({commands.back().first, commands.back().second}) + "\n";
  }
  cell.recipe += "target " + task.target;
  cell.check = with_options(commands.front().first, {"--output", "."});
  cell.work = [commands, task](const Workplace& place) {
    for (const auto& [simulate, index] : commands) {
      make_cohort(place, simulate, index);
    }
    deal_cohorts(place.path(place.own()), task);
    return kNoResult;
  };
  return cell;
}

Cell real_data(const Plan& plan, const Task& task, const Places& places) {
  Cell cell{.name = data_name(task), .group = data_name(task)};
  const Words index = indexing(task.source, data_folder(task.source, places), folder_of(cell.name) / "all.json");
  cell.recipe = "data " + task.source.data + " " + task.source.index + " seed " + std::to_string(plan.data_seed) +
                " validation " + std::to_string(task.validation) + " test " + std::to_string(task.test);
  cell.work = [index, task, seed = plan.data_seed](const Workplace& place) {
    place.run(index);
    deal_patients(place.path(place.own()), task, seed);
    return kNoResult;
  };
  return cell;
}

} // namespace

Words with_options(Words words, const Words& more) {
  const auto is_name = [](const std::string& word) { return word.starts_with("--"); };
  for (const std::string& word : more) {
    const auto found = is_name(word) ? std::ranges::find(words, word) : words.end();
    if (found != words.end()) {
      words.erase(found, std::find_if(found + 1, words.end(), is_name));
    }
  }
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

bool has_folder_of_maps(const Places& places) { return !places.anatomy.empty() && places.anatomy != simulate::kDrawnAnatomy; }

std::string data_name(const Task& task) { return "data-" + task.name; }
std::string store_name(const Task& task, std::uint64_t labelled) { return "store-" + task.name + "-" + std::to_string(labelled); }

Cell anatomy_cell(const Plan& plan, const Places& places) {
  const std::vector<fs::path> maps = label_maps(places.anatomy);
  if (maps.size() <= plan.test_heads) {
    throw Error(ExitCode::kBadInput, places.anatomy.string() + ": expected more than the " + std::to_string(plan.test_heads) +
                                         " label maps that are for test patients only, found " + std::to_string(maps.size()));
  }
  Cell cell{.name = kAnatomyCell, .group = kAnatomyCell};
  for (const fs::path& map : maps) {
    cell.recipe += map.filename().string() + "\n";
  }
  cell.recipe += "test heads " + std::to_string(plan.test_heads);
  cell.work = [maps, first_test = maps.size() - plan.test_heads](const Workplace& place) {
    for (std::size_t i = 0; i < maps.size(); ++i) {
      const fs::path folder = place.path(place.own()) / (i < first_test ? "training" : "test");
      fs::create_directories(folder);
      fs::copy_file(maps[i], folder / maps[i].filename(), fs::copy_options::overwrite_existing);
    }
    return kNoResult;
  };
  return cell;
}

Cell pretraining_data_cell(const Plan& plan, const Places& places) {
  Cell cell{.name = kPretrainingData,
            .needs = needs_of(plan.pretraining, places),
            .units = std::max<std::uint64_t>(1, plan.pretraining_studies),
            .group = kPretrainingData};
  const fs::path own = folder_of(cell.name);
  const bool simulated = plan.pretraining.data.empty();
  const Words simulate =
      simulated ? simulation(plan, plan.pretraining, {cell.name, "training", plan.pretraining_studies}, places) : Words{};
  const Words index =
      indexing(plan.pretraining, simulated ? own / "training" : data_folder(plan.pretraining, places), own / "studies.json");
  const Words prepare = preparation(plan, own / "studies.json", own / "store");
  cell.recipe = recipe_of({simulate, simulated ? index : Words{"data", plan.pretraining.data, plan.pretraining.index}, prepare});
  cell.check = simulated ? with_options(simulate, {"--output", "."}) : Words{};
  cell.work = [=](const Workplace& place) {
    simulated ? make_cohort(place, simulate, index) : place.run(index);
    place.run(prepare);
    return kNoResult;
  };
  return cell;
}

Cell data_cell(const Plan& plan, const Task& task, const Places& places) {
  return task.source.data.empty() ? simulated_data(plan, task, places) : real_data(plan, task, places);
}

Cell store_cell(const Plan& plan, const Task& task, std::uint64_t labelled) {
  const std::string name = store_name(task, labelled);
  const Words prepare = preparation(plan, folder_of(data_name(task)) / ("labelled-" + std::to_string(labelled) + ".json"),
                                    folder_of(name) / "store");
  return {.name = name,
          .needs = {data_name(task)},
          .recipe = recipe_of({prepare}),
          .units = labelled + task.validation,
          .group = "store-" + task.name,
          .work = [prepare](const Workplace& place) {
            place.run(prepare);
            return kNoResult;
          }};
}

} // namespace brainmvp::benchmark
