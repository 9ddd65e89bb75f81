#include "infer/predict_study.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>

#include <utility>

#include "base/error.h"
#include "base/interrupt.h"
#include "infer/boxes.h"
#include "infer/channels.h"
#include "infer/filling.h"
#include "infer/sizing.h"
#include "runtime/to_device.h"

namespace brainmvp::infer {
namespace {

image::Size window_size(const torch::Tensor& tile) {
  return {static_cast<std::size_t>(tile.size(-3)), static_cast<std::size_t>(tile.size(-2)),
          static_cast<std::size_t>(tile.size(-1))};
}

// Windows of a study: its volumes where it has the channel, templates where not.
ReadTile tiles_of(store::PreparedStudy& prepared, const model::ModelDescription& description) {
  const ChannelPlan plan = plan_channels(description, prepared.modalities);
  const store::Bounds bounds = store::bounds_of(description.intensities);
  return [&prepared, &description, plan, bounds](const store::Start& start) {
    stop_if_interrupted("predicting");
    const image::Size& window = description.window;
    const image::Size& size = prepared.volumes.front().size;
    torch::Tensor tile = at::zeros({1, static_cast<std::int64_t>(plan.sources.size()), static_cast<std::int64_t>(window[0]),
                                    static_cast<std::int64_t>(window[1]), static_cast<std::int64_t>(window[2])});
    for (std::size_t channel = 0; channel < plan.sources.size(); ++channel) {
      const torch::Tensor to = tile[0][static_cast<std::int64_t>(channel)];
      if (plan.sources[channel]) {
        copy_box(view_of(prepared.volumes[*plan.sources[channel]]), start, to);
        to.clamp_(bounds.low, bounds.high);
      } else {
        to.copy_(template_part(description, channel, size, start, window_size(tile)));
      }
    }
    return tile;
  };
}

torch::Tensor whole_input(store::PreparedStudy& prepared, const model::ModelDescription& description) {
  const ChannelPlan plan = plan_channels(description, prepared.modalities);
  std::vector<torch::Tensor> channels;
  for (std::size_t channel = 0; channel < plan.sources.size(); ++channel) {
    if (plan.sources[channel]) {
      const store::Bounds bounds = store::bounds_of(description.intensities);
      const torch::Tensor volume = view_of(prepared.volumes[*plan.sources[channel]]).unsqueeze(0).clamp(bounds.low, bounds.high);
      channels.push_back(size_volume(volume, description.window, description.sizing).squeeze(0));
    } else {
      channels.push_back(sized_template(description, channel, prepared.volumes.front().size));
    }
  }
  return at::stack(channels).unsqueeze(0);
}

} // namespace

Member member_of(const model::Model& model, const at::Device& device, runtime::Precision precision,
                 const std::vector<std::int64_t>& flips) {
  model.network->to(device);
  TileFunction function = [model, device, precision](const torch::Tensor& tile) {
    const at::NoGradGuard no_gradients;
    const runtime::AutocastScope autocast(precision, device);
    return model.description.head().predict(*model.network, model.description, runtime::to_device(tile, device));
  };
  return {.description = model.description, .function = with_flips(std::move(function), flips)};
}

void predict_study(store::PreparedStudy& prepared, const std::vector<Member>& members, const WindowOptions& options,
                   const TakePlanes& take) {
  std::vector<Slide> slides;
  for (const Member& member : members) {
    slides.push_back({.options = {.window = member.description.window, .overlap = options.overlap, .blending = options.blending},
                      .read = tiles_of(prepared, member.description),
                      .function = member.function,
                      .share = 1 / static_cast<double>(members.size())});
  }
  slide_planes(prepared.volumes.front().size, members.front().description.outputs(), slides, take);
}

std::vector<double> predict_whole(store::PreparedStudy& prepared, const std::vector<Member>& members) {
  std::vector<double> mean(static_cast<std::size_t>(members.front().description.outputs()));
  for (const Member& member : members) {
    const torch::Tensor output = member.function(whole_input(prepared, member.description)).to(at::kCPU, at::kDouble);
    if (output.sizes() != at::IntArrayRef({1, static_cast<std::int64_t>(mean.size())})) {
      throw Error(ExitCode::kInternal, "a network gave another number of outputs than they have names");
    }
    for (std::size_t i = 0; i < mean.size(); ++i) {
      mean[i] += output[0][static_cast<std::int64_t>(i)].item<double>() / static_cast<double>(members.size());
    }
  }
  return mean;
}

} // namespace brainmvp::infer
