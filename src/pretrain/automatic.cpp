#include "pretrain/automatic.h"

#include <algorithm>
#include <array>

#include "base/counted.h"
#include "base/log.h"
#include "base/machine.h"
#include "base/text.h"
#include "nn/networks/backbones.h"
#include "runtime/memory_need.h"

namespace brainmvp::pretrain {
namespace {

constexpr std::array<std::int64_t, 5> kCrops{96, 80, 64, 48, 32};
constexpr double kShareOfMemory = 0.6; // the rest is for the loader, the page cache, and others

// Steps grow with the studies between these, so that a CPU needs minutes to hours and not days.
struct StepsPerStudy {
  std::uint64_t each;
  std::uint64_t least;
  std::uint64_t most;
};
constexpr StepsPerStudy kOnGpu{.each = 250, .least = 2000, .most = 100000}; // 1,500 passes of 6 studies a step, as released
constexpr StepsPerStudy kOnCpu{.each = 100, .least = 500, .most = 6000};

std::string size_text(const image::Size& size) {
  return std::to_string(size[0]) + " x " + std::to_string(size[1]) + " x " + std::to_string(size[2]);
}

std::uint64_t steps_for(const StepsPerStudy& rule, std::size_t studies) {
  return std::clamp(rule.each * studies, rule.least, rule.most);
}

double step_bytes(const nn::Backbone& backbone, std::int64_t crop, std::int64_t batch_size) {
  constexpr double kViews = 2; // of a sample, at most
  const auto side = static_cast<std::size_t>(crop);
  return runtime::kProgramBytes + kViews * static_cast<double>(batch_size) * runtime::voxels_of({side, side, side}) *
                                      backbone.bytes_per_voxel_of(nn::Workload::kPretrain);
}

bool was_given(settings::Settings& settings, const std::string& name) {
  return std::ranges::any_of(settings.rows(), [&](const settings::Setting& row) { return row.name == name && row.given; });
}

bool has_row(settings::Settings& settings, const std::string& name) {
  return std::ranges::count(settings.rows(), name, &settings::Setting::name) > 0;
}

image::Size size_of(const io::ConfigValues& values) {
  const auto side = [&](std::size_t axis) { return static_cast<std::size_t>(std::get<std::int64_t>(values.at(axis))); };
  return values.size() == 1 ? image::Size{side(0), side(0), side(0)} : image::Size{side(0), side(1), side(2)};
}

std::string facts_text(const StoreFacts& facts, bool gpu, std::uint64_t memory_bytes) {
  return counted(facts.studies, "study") + " of about " + size_text(facts.typical) + " voxels of " + shortest(facts.spacing_mm) +
         " mm, " + (gpu ? "a GPU" : "no GPU, " + human_bytes(memory_bytes) + " of memory free");
}

void fill_recipe_for(settings::Settings& settings, RunOptions& options, const StoreFacts& facts, bool gpu, bool tell) {
  const std::uint64_t memory_bytes = available_memory();
  const Choice choice = choose(facts, gpu, memory_bytes, was_given(settings, "network") ? options.network : "");
  std::string chosen = "recipe " + choice.recipe;
  options.recipe = choice.recipe;
  settings.fill_recipe(choice.recipe);
  if (!was_given(settings, "crop")) {
    settings.fill("crop", {choice.crop});
    chosen += ", crops of " + std::to_string(choice.crop) + " voxels";
  }
  if (!was_given(settings, "steps") && !was_given(settings, "epochs")) {
    settings.fill("steps", {static_cast<std::int64_t>(choice.steps)});
    const auto each = static_cast<std::uint64_t>(options.batch_size * options.accumulation);
    chosen += ", " + counted(static_cast<std::size_t>(choice.steps), "step") + " (about " +
              std::to_string(choice.steps * each / facts.studies) + " passes over the studies)";
  }
  if (has_row(settings, "template_init")) {
    settings.fill("template_init", {std::string("mean")}); // zero needs thousands of steps
  }
  if (tell) {
    log::info("recipe auto, for " + facts_text(facts, gpu, memory_bytes) + ": " + chosen +
              "; --recipe paper takes the paper's values");
  }
}

void fill_template_size(settings::Settings& settings, const RunOptions& options, const StoreFacts& facts, bool tell) {
  const auto row = std::ranges::find(settings.rows(), "template_size", &settings::Setting::name);
  if (row == settings.rows().end() || row->given) {
    return;
  }
  const image::Size size = template_size_for(facts, options.recipe, size_of(row->slot.get()), options.crop);
  settings.fill("template_size",
                {static_cast<std::int64_t>(size[0]), static_cast<std::int64_t>(size[1]), static_cast<std::int64_t>(size[2])});
  if (tell) {
    log::info("templates of " + size_text(size) + " voxels of " + shortest(facts.spacing_mm) +
              " mm, as the store has them: its studies are up to " + size_text(facts.largest));
  }
}

} // namespace

StoreFacts facts_of(const store::Store& store) {
  StoreFacts facts{.spacing_mm = store.parameters().spacing_mm};
  const std::vector<std::size_t> training = store.of_split(study::Split::kTraining);
  facts.studies = training.size();
  for (std::size_t axis = 0; axis < 3 && !training.empty(); ++axis) {
    std::vector<std::size_t> sides;
    for (const std::size_t position : training) {
      sides.push_back(store.studies()[position].size()[axis]);
    }
    std::ranges::sort(sides);
    facts.typical[axis] = sides[sides.size() / 2];
    facts.largest[axis] = sides.back();
  }
  return facts;
}

Choice choose(const StoreFacts& facts, bool gpu, std::uint64_t memory_bytes, const std::string& network) {
  Choice choice{.recipe = gpu ? "released" : "tiny"};
  const RunOptions usual = recipe(choice.recipe);
  const nn::Backbone& backbone = nn::backbone(network.empty() ? usual.network : network);
  const auto shortest_side = static_cast<std::int64_t>(std::ranges::min(facts.typical));
  const double memory = kShareOfMemory * static_cast<double>(memory_bytes);
  const auto fits = [&](std::int64_t crop) {
    return crop <= static_cast<std::int64_t>(usual.crop[0]) && crop <= shortest_side && crop % backbone.size_multiple == 0 &&
           (gpu || step_bytes(backbone, crop, usual.batch_size) <= memory);
  };
  const auto found = std::ranges::find_if(kCrops, fits);
  choice.crop = found == kCrops.end() ? std::max<std::int64_t>(kCrops.back(), backbone.size_multiple) : *found;
  choice.steps = steps_for(gpu ? kOnGpu : kOnCpu, facts.studies);
  return choice;
}

image::Size template_size_for(const StoreFacts& facts, const std::string& recipe, const image::Size& usual,
                              const image::Size& crop) {
  constexpr std::size_t kMultiple = 8;
  bool usual_shape = recipe != "tiny" && facts.spacing_mm == 1;
  image::Size size{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    usual_shape = usual_shape && facts.largest[axis] <= usual[axis];
    size[axis] = (std::max(facts.largest[axis], crop[axis]) + kMultiple - 1) / kMultiple * kMultiple;
  }
  return usual_shape ? usual : size;
}

void fill_from_store(settings::Settings& settings, RunOptions& options, bool gpu, bool tell) {
  const StoreFacts facts = facts_of(store::Store::open(options.store));
  if (facts.studies == 0) {
    return; // the run says so
  }
  if (options.recipe == kAutomatic) {
    fill_recipe_for(settings, options, facts, gpu, tell);
  }
  settings.fill_recipe(options.recipe);
  fill_template_size(settings, options, facts, tell);
}

} // namespace brainmvp::pretrain
