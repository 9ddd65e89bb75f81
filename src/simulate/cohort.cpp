#include "simulate/cohort.h"

#include <algorithm>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "base/text.h"
#include "base/thread_pool.h"
#include "io/gzip.h"

namespace brainmvp::simulate {
namespace fs = std::filesystem;
namespace {

std::vector<std::string> names_of(std::span<const std::string_view> names) { return {names.begin(), names.end()}; }

std::size_t place_in_list(const std::string& name, std::span<const std::string_view> names, const char* what) {
  const auto found = std::ranges::find(names, std::string_view(name));
  if (found == names.end()) {
    const std::vector<std::string> known = names_of(names);
    const std::string nearest = nearest_name(name, known);
    throw Error(ExitCode::kUsage, std::string(what) + " '" + name + "' cannot be simulated" +
                                      (nearest.empty() ? "; known are " + join(known, ", ") : "; did you mean " + nearest + "?"));
  }
  return static_cast<std::size_t>(found - names.begin());
}

// Removes what `keep` does not accept, except that one image stays.
template <class Keep>
std::size_t thin_out(StudyPlan& plan, Keep keep) {
  std::vector<ImageRequest> images;
  std::vector<fs::path> files;
  for (std::size_t n = 0; n < plan.spec.images.size(); ++n) {
    if (keep(n, plan.spec.images[n].modality)) {
      images.push_back(plan.spec.images[n]);
      files.push_back(plan.image_files[n]);
    }
  }
  const std::size_t removed = plan.spec.images.size() - images.size();
  plan.spec.images = std::move(images);
  plan.image_files = std::move(files);
  return removed;
}

void keep_modalities(const CohortOptions& options, StudyPlan& plan) {
  if (options.modalities.empty()) {
    return;
  }
  thin_out(plan, [&](std::size_t, Modality modality) {
    return std::ranges::find(options.modalities, modality) != options.modalities.end();
  });
  if (plan.spec.images.empty()) {
    throw Error(ExitCode::kUsage, "layout " + options.layout + " has none of the modalities asked for in study " + plan.id);
  }
}

std::size_t drop_missing(const CohortOptions& options, StudyPlan& plan) {
  RandomStream stream({plan.spec.seed, plan.spec.number, text_key("missing")});
  const std::size_t stays = stream.below(plan.spec.images.size());
  return thin_out(plan, [&](std::size_t n, Modality) { return stream.uniform() >= options.missing_rate || n == stays; });
}

// Noise hardly shrinks, so the fastest level is as good as any.
void write_image(const fs::path& file, const image::Volume& volume, const io::WriteOptions& options) {
  if (file.extension() != ".gz") {
    io::write_nifti(file, volume, options);
    return;
  }
  write_file(file, io::gzip(io::encode_nifti(volume, options), 1));
}

StudyRecord write_study(const StudyPlan& plan, const Anatomy& anatomy, const fs::path& root) {
  const StudySink sink{.image =
                           [&](std::size_t n, const image::Volume& volume, const io::WriteOptions& write) {
                             const fs::path file = root / plan.image_files[n];
                             create_folders(file.parent_path());
                             write_image(file, volume, write);
                           },
                       .label =
                           [&](std::size_t n, const image::LabelVolume& volume) {
                             const fs::path file = root / plan.label_files[n];
                             create_folders(file.parent_path());
                             io::write_nifti(file, volume, {.type = io::StoredType::kUint8});
                           }};
  return with_context("simulating study " + plan.id, [&] { return simulate_study(plan.spec, anatomy, sink); });
}

std::string record_table(std::span<const StudyPlan> plans, std::span<const StudyRecord> records) {
  std::string text = "study\tfile\tmodality\tfield_t\tprotocol\tpathology\tlesion_ml\tatrophy\thead\n";
  for (std::size_t n = 0; n < plans.size(); ++n) {
    for (std::size_t i = 0; i < plans[n].image_files.size(); ++i) {
      const StudySpec& spec = plans[n].spec;
      text += plans[n].id + "\t" + plans[n].image_files[i].generic_string() + "\t" +
              std::string(name_of(spec.images[i].modality)) + "\t" + (spec.field == FieldStrength::k3T ? "3" : "1.5") + "\t" +
              records[n].protocols[i] + "\t" + std::string(name_of(spec.pathology)) + "\t" + shortest(records[n].lesion_ml) +
              "\t" + shortest(spec.atrophy) + "\t" + records[n].head + "\n";
    }
  }
  return text;
}

} // namespace

StudyPlan plan_study(const CohortOptions& options, std::size_t number, std::size_t& left_out) {
  const PlanRequest request{.seed = options.seed,
                            .number = number,
                            .studies = options.studies,
                            .voxel_mm = options.voxel_mm,
                            .pathologies = options.pathologies};
  StudyPlan plan = cohort_layout(options.layout).plan(request);
  RandomStream stream({options.seed, number, text_key("field strength")});
  if (!plan.fixed_field) {
    plan.spec.field = stream.uniform() < options.share_3t ? FieldStrength::k3T : FieldStrength::k15T;
  }
  plan.spec.seed = options.seed;
  plan.spec.number = number;
  plan.spec.voxel_mm = options.voxel_mm;
  plan.spec.stripped = options.skull == Skull::kOfLayout ? plan.spec.stripped : options.skull == Skull::kStrip;
  keep_modalities(options, plan);
  left_out += drop_missing(options, plan);
  return plan;
}

Anatomy anatomy_of(const CohortOptions& options) {
  if (options.anatomy == kDrawnAnatomy) {
    if (!options.heads.empty()) {
      throw Error(ExitCode::kUsage, "--heads chooses among label maps, and --anatomy drawn has none; leave one of them out");
    }
    return {};
  }
  const std::size_t most = options.heads.empty() ? options.studies : std::ranges::max(options.heads);
  Anatomy anatomy = options.anatomy == kShippedAnatomy ? Anatomy::shipped() : Anatomy(options.anatomy, most, options.threads);
  if (!options.heads.empty()) {
    anatomy.keep(options.heads);
  }
  return anatomy;
}

Pathology pathology_named(const std::string& name) {
  return static_cast<Pathology>(place_in_list(name, kPathologyNames, "pathology"));
}

Modality modality_named(const std::string& name) {
  return static_cast<Modality>(place_in_list(name, kModalityNames, "modality"));
}

CohortSummary simulate_cohort(const CohortOptions& options) {
  const CohortLayout& layout = cohort_layout(options.layout);
  CohortSummary summary{.studies = options.studies, .images = 0, .labels = 0, .left_out = 0};
  std::vector<StudyPlan> plans;
  for (std::size_t n = 0; n < options.studies; ++n) {
    plans.push_back(plan_study(options, n, summary.left_out));
    summary.images += plans.back().image_files.size();
    summary.labels += plans.back().label_files.size();
  }
  const Anatomy anatomy = anatomy_of(options);
  AtomicFolder folder(options.output);
  std::vector<StudyRecord> records(plans.size());
  {
    Progress progress("simulating", "studies", plans.size());
    parallel_for(plans.size(), options.threads, [&](std::size_t n) {
      stop_if_interrupted("simulation");
      records[n] = write_study(plans[n], anatomy, folder.temporary());
      progress.advance(plans[n].id);
    });
  }
  if (layout.write_tables != nullptr) {
    layout.write_tables(plans, folder.temporary());
  }
  write_file(folder.temporary() / "simulation.tsv", record_table(plans, records));
  folder.commit();
  return summary;
}

} // namespace brainmvp::simulate
