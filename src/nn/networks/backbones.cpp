#include "nn/networks/backbones.h"

#include <algorithm>
#include <list>

#include "base/error.h"
#include "base/text.h"
#include "nn/layers/size_check.h"
#include "nn/networks/mednext.h"
#include "nn/networks/resenc.h"
#include "nn/networks/unet.h"
#include "nn/networks/uniformer.h"

namespace brainmvp::nn {
namespace {

MednextOptions mednext_l(std::int64_t kernel) {
  return {.expansions = {3, 4, 8, 8, 8, 8, 8, 4, 3}, .blocks = {3, 4, 8, 8, 8, 8, 8, 4, 3}, .kernel = kernel};
}

std::list<Backbone>& backbones() {
  static std::list<Backbone> rows{
      uniformer_backbone("uniformer_tiny", {800, 2200, 800, 1200, 300}),
      uniformer_backbone("uniformer_small", {1600, 4900, 1600, 2000, 500}),
      uniformer_backbone("uniformer_base", {2800, 6000, 2800, 2600, 900}),
      unet_backbone("unet", {3400, 4000, 3400, 2000, 700}),
      resenc_backbone("resenc_s", {.widths = {16, 32, 64, 128, 160}, .blocks = {1, 2, 2, 2, 2}}, {1000, 1900, 1000, 1000, 350}),
      resenc_backbone("resenc_l", {.widths = {32, 64, 128, 256, 320, 320}, .blocks = {1, 3, 4, 6, 6, 6}},
                      {2700, 6000, 2700, 2000, 700}),
      mednext_backbone("mednext_s", {}, {1500, 3200, 1200, 1000, 550}),
      mednext_backbone("mednext_s_k5", {.kernel = 5}, {1500, 3200, 1200, 1000, 550}),
      mednext_backbone("mednext_l", mednext_l(3), {2400, 4000, 2050, 1000, 550}),
      mednext_backbone("mednext_l_k5", mednext_l(5), {2400, 4000, 2050, 1000, 550})};
  return rows;
}

} // namespace

const Backbone& backbone(const std::string& name) {
  const auto found = std::ranges::find(backbones(), name, &Backbone::name);
  if (found == backbones().end()) {
    throw Error(ExitCode::kUsage, unknown_name("network", name, network_names()));
  }
  return *found;
}

double Backbone::bytes_per_voxel_of(Workload work, runtime::Precision precision, bool checkpoints_activations) const {
  constexpr double kBfloatShare = 0.6;     // at most, as measured with the UniFormers
  constexpr double kCheckpointShare = 0.8; // at most, as measured with one network of each kind
  return bytes_per_voxel[static_cast<std::size_t>(work)] * (precision == runtime::Precision::kBfloat16 ? kBfloatShare : 1) *
         (checkpoints_activations ? kCheckpointShare : 1);
}

void add_backbone(Backbone row) { backbones().push_back(std::move(row)); }

void check_crop(const image::Size& crop, const Backbone& backbone) {
  check_crop(crop, backbone.size_multiple, backbone.name);
  if (backbone.norms_voxels) {
    check_norms(crop, backbone.size_multiple);
  }
}

std::vector<std::string> network_names() {
  std::vector<std::string> names;
  std::ranges::transform(backbones(), std::back_inserter(names), &Backbone::name);
  return names;
}

} // namespace brainmvp::nn
