#include "objectives/brainmvp/proxy_tasks.h"

#include <string>

#include "base/error.h"
#include "nn/kernels/working_type.h"
#include "objectives/blocks.h"
#include "objectives/brainmvp/template_bank.h"
#include "objectives/contrast.h"
#include "parallel/sums.h"
#include "runtime/ordered_sums.h"

namespace brainmvp::objectives {
namespace {

using torch::Tensor;

struct Views {
  Tensor target, fill, view1, view2; // [B, 1, H, W, D]
  Tensor kept1, kept2;               // bool
};

void check(const ProxyBatch& batch, const ProxyDraws& draws) {
  const auto count = static_cast<std::size_t>(batch.images.size(0));
  const bool fits = batch.images.dim() == 5 && count > 0 && batch.template_rows.size() == count &&
                    batch.template_starts.size() == count && draws.target_channel.size() == count &&
                    draws.kept_blocks_view1.size() == count && draws.kept_blocks_view2.size() == count &&
                    (draws.source_channel.empty() || draws.source_channel.size() == count);
  if (!fits) {
    throw Error(ExitCode::kInternal,
                "proxy tasks: the batch has " + std::to_string(count) + " samples, its rows, starts or draws another number");
  }
}

Views make_views(const Tensor& templates, const ProxyBatch& batch, const ProxyDraws& draws, std::int64_t mask_block) {
  const Tensor& images = batch.images;
  const std::array<std::int64_t, 3> size{images.size(2), images.size(3), images.size(4)};
  std::vector<Tensor> targets;
  for (std::size_t b = 0; b < draws.target_channel.size(); ++b) {
    targets.push_back(images[static_cast<std::int64_t>(b)].narrow(0, draws.target_channel[b], 1));
  }
  const Tensor fill1 = normalised_crops(templates, target_rows(batch, draws), batch.template_starts, size);
  std::vector<Tensor> sources;
  for (std::size_t b = 0; b < targets.size(); ++b) {
    const auto sample = static_cast<std::int64_t>(b);
    const std::int64_t source = draws.source_channel.empty() ? kFromTemplate : draws.source_channel[b];
    sources.push_back(source == kFromTemplate ? fill1[sample] : images[sample].narrow(0, source, 1));
  }
  const Tensor mask1 = block_mask(draws.kept_blocks_view1, size, mask_block).to(images.device());
  const Tensor mask2 = block_mask(draws.kept_blocks_view2, size, mask_block).to(images.device());
  const Tensor target = at::stack(targets);
  return {.target = target,
          .fill = fill1,
          .view1 = at::where(mask1, target, fill1),
          .view2 = at::where(mask2, target, at::stack(sources)),
          .kept1 = mask1,
          .kept2 = mask2};
}

} // namespace

std::vector<std::int64_t> target_rows(const ProxyBatch& batch, const ProxyDraws& draws) {
  std::vector<std::int64_t> rows;
  for (std::size_t b = 0; b < draws.target_channel.size(); ++b) {
    rows.push_back(batch.template_rows.at(b).at(static_cast<std::size_t>(draws.target_channel[b])));
  }
  return rows;
}

ProxyLosses proxy_losses(nn::ReconstructionNetwork& network, const Tensor& templates, const ProxyBatch& batch,
                         const ProxyDraws& draws, const LossWeights& weights, std::int64_t mask_block,
                         const parallel::BatchShare& share) {
  check(batch, draws);
  Views views;
  { // templates, min-max and losses stay in the tensors' own type
    const nn::WithoutAutocast guard;
    views = make_views(templates, batch, draws, mask_block);
  }
  const nn::Reconstruction result = network.forward(at::cat({views.view1, views.view2}));
  const nn::WithoutAutocast guard;
  const std::vector<Tensor> outputs = result.image.to(views.target.scalar_type()).chunk(2);
  const Tensor errors = parallel::mean_over_ranks(
      at::stack({mean_square_error(outputs[0], views.target), mean_square_error(outputs[1], views.target)}), share);
  const Tensor mse1 = errors[0], mse2 = errors[1];
  ProxyLosses losses;
  losses.total = weights.distillation * mse1 + weights.reconstruction * mse2;
  losses.contrastive = at::zeros({}, mse1.options());
  if (weights.contrastive != 0) {
    const std::vector<Tensor> features = result.features.back().to(views.target.scalar_type()).flatten(1).chunk(2);
    const std::vector<Tensor> rows = parallel::rows_of_ranks(at::cat(features, 1), share).chunk(2, 1); // in one exchange
    const Tensor contrastive = info_nce(rows[0], rows[1], weights.temperature);
    losses.total = losses.total + weights.contrastive * contrastive;
    losses.contrastive = contrastive.detach();
  }
  losses.mse_view1 = mse1.detach();
  losses.mse_view2 = mse2.detach();
  losses.target = views.target;
  losses.fill = views.fill.detach();
  losses.view1 = views.view1.detach();
  losses.view2 = views.view2.detach();
  losses.output1 = outputs[0].detach();
  losses.output2 = outputs[1].detach();
  losses.kept1 = views.kept1;
  losses.kept2 = views.kept2;
  return losses;
}

Tensor info_nce(const Tensor& view1, const Tensor& view2, double temperature) {
  const Tensor logits = at::mm(unit_rows(view2), unit_rows(view1).t()) / temperature;
  const Tensor labels = at::arange(logits.size(0), logits.options().dtype(at::kLong));
  return 0.5 * (at::cross_entropy_loss(logits, labels) + at::cross_entropy_loss(logits.t(), labels));
}

Tensor min_max_normalised(const Tensor& volume) {
  const Tensor low = volume.amin();
  return (volume - low) / (volume.amax() - low + 1e-9);
}

} // namespace brainmvp::objectives
