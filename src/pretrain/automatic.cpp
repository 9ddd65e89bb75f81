#include "pretrain/automatic.h"

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "runtime/memory_need.h"

namespace brainmvp::pretrain {
namespace {

constexpr train::StepsPerStudy kOnGpu{
    .each = 250, .least = 2000, .most = 100000}; // 1,500 passes of 6 studies a step, as released

double step_bytes(const nn::Backbone& backbone, nn::Workload work, std::int64_t crop, std::int64_t batch_size) {
  constexpr double kViews = 2; // of a sample, at most
  const auto side = static_cast<std::size_t>(crop);
  return runtime::kProgramBytes +
         kViews * static_cast<double>(batch_size) * runtime::voxels_of({side, side, side}) * backbone.bytes_per_voxel_of(work);
}

bool has_row(settings::Settings& settings, const std::string& name) {
  return std::ranges::count(settings.rows(), name, &settings::Setting::name) > 0;
}

image::Size size_of(const io::ConfigValues& values) {
  const auto side = [&](std::size_t axis) { return static_cast<std::size_t>(std::get<std::int64_t>(values.at(axis))); };
  return values.size() == 1 ? image::Size{side(0), side(0), side(0)} : image::Size{side(0), side(1), side(2)};
}

void fill_recipe_for(settings::Settings& settings, RunOptions& options, const train::StoreFacts& facts, bool gpu, bool tell) {
  const train::Machine machine = train::this_machine(gpu);
  const std::string network = train::was_given(settings, "network") ? options.network : "";
  const Choice choice = choose(facts, machine, network, options.objective_settings().work());
  std::string chosen = "recipe " + choice.recipe;
  options.recipe = choice.recipe;
  settings.fill_recipe(choice.recipe);
  if (!train::was_given(settings, "crop")) {
    settings.fill("crop", {choice.crop});
    chosen += ", crops of " + std::to_string(choice.crop) + " voxels";
  }
  const auto each = static_cast<std::uint64_t>(options.batch_size * options.accumulation);
  chosen += train::fill_steps(settings, choice.steps, each, facts.studies);
  if (has_row(settings, "template_init")) {
    settings.fill("template_init", {std::string("mean")}); // zero needs thousands of steps
  }
  if (tell) {
    log::info("recipe auto, for " + train::facts_text(facts, machine) + ": " + chosen +
              "; --recipe paper takes the paper's values");
  }
}

void fill_template_size(settings::Settings& settings, const RunOptions& options, const train::StoreFacts& facts, bool tell) {
  const auto row = std::ranges::find(settings.rows(), "template_size", &settings::Setting::name);
  if (row == settings.rows().end() || row->given) {
    return;
  }
  const image::Size size = template_size_for(facts, options.recipe, size_of(row->slot.get()), options.crop);
  settings.fill("template_size",
                {static_cast<std::int64_t>(size[0]), static_cast<std::int64_t>(size[1]), static_cast<std::int64_t>(size[2])});
  if (tell) {
    log::info("templates of " + train::size_text(size) + " voxels of " + shortest(facts.spacing_mm) +
              " mm, as the store has them: its studies are up to " + train::size_text(facts.largest));
  }
}

} // namespace

Choice choose(const train::StoreFacts& facts, const train::Machine& machine, const std::string& network, nn::Workload work) {
  Choice choice{.recipe = machine.gpu ? "released" : "tiny"};
  const RunOptions usual = recipe(choice.recipe);
  const nn::Backbone& backbone = nn::backbone(network.empty() ? usual.network : network);
  const std::size_t most = std::min(usual.crop[0], std::ranges::min(facts.typical));
  choice.crop = train::largest_crop(static_cast<std::int64_t>(most), backbone.size_multiple, [&](std::int64_t crop) {
    return machine.holds(step_bytes(backbone, work, crop, usual.batch_size));
  });
  choice.steps = (machine.gpu ? kOnGpu : train::kStepsOnCpu).of(facts.studies);
  return choice;
}

image::Size template_size_for(const train::StoreFacts& facts, const std::string& recipe, const image::Size& usual,
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
  const store::Store store = store::Store::open(options.store);
  const train::StoreFacts facts = train::facts_of(store, store.of_split(study::Split::kTraining));
  if (facts.studies == 0) {
    return; // the run says so
  }
  if (options.recipe == train::kAutomatic) {
    fill_recipe_for(settings, options, facts, gpu, tell);
  }
  settings.fill_recipe(options.recipe);
  fill_template_size(settings, options, facts, tell);
}

} // namespace brainmvp::pretrain
