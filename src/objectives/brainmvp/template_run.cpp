#include "objectives/brainmvp/template_run.h"

#include <algorithm>

#include "base/atomic_file.h"
#include "base/own_files.h"
#include "objectives/brainmvp/template_bank.h"
#include "objectives/brainmvp/template_export.h"
#include "study/modality.h"

namespace brainmvp::objectives {
namespace {

constexpr const char* kTemplatesFolder = "templates"; // in the run's folder

} // namespace

double bank_bytes(const image::Size& template_size) {
  return static_cast<double>(study::kMainModalities.size()) * static_cast<double>(template_size[0]) *
         static_cast<double>(template_size[1]) * static_cast<double>(template_size[2]) * sizeof(float);
}

NamedTensors with_bank(const torch::Tensor& templates, NamedTensors network) {
  network.insert(network.begin(), {kBankTensor, templates});
  return network;
}

checkpoint::Dict description_of_templates(const std::vector<std::string>& modalities, const image::Affine& affine) {
  checkpoint::List names;
  for (const std::string& name : modalities) {
    names.push_back({name});
  }
  checkpoint::List rows;
  for (std::size_t row = 0; row < 3; ++row) {
    const auto& [a, b, c] = affine.matrix[row];
    rows.push_back({checkpoint::List{{a}, {b}, {c}, {affine.translation[row]}}});
  }
  return {{{std::string("modalities")}, {names}}, {{std::string("template_affine")}, {rows}}};
}

void check_templates_folder(const std::filesystem::path& run) {
  const std::filesystem::path folder = run / kTemplatesFolder;
  refuse_foreign_files(folder, made_files(folder));
}

void write_templates_folder(const std::filesystem::path& run, const torch::Tensor& templates,
                            const std::vector<std::string>& modalities, const image::Affine& affine) {
  TemplateSet set = templates_of(templates, affine);
  std::erase_if(set.templates,
                [&](const Template& learned) { return std::ranges::find(modalities, learned.modality) == modalities.end(); });
  AtomicFolder folder(run / kTemplatesFolder);
  write_templates(folder.temporary(), set.templates);
  folder.commit();
}

} // namespace brainmvp::objectives
