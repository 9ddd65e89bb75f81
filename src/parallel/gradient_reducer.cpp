#include "parallel/gradient_reducer.h"

#include <c10/util/Exception.h>
#include <torch/csrc/distributed/c10d/reducer.hpp>

#include <unordered_map>

#include "base/log.h"

namespace brainmvp::parallel {
namespace {

using torch::Tensor;

// c10d remarks on strides of gradients of one channel, which are as good as others.
class ToTheLog : public c10::WarningHandler {
public:
  void process(const c10::Warning& warning) override { log::debug(warning.msg()); }
};

// Sums, where c10d's default averages.
class SumHook : public c10d::CppCommHookInterface<c10::intrusive_ptr<c10d::ProcessGroup>> {
public:
  using CppCommHookInterface::CppCommHookInterface;

  c10::intrusive_ptr<c10::ivalue::Future> runHook(c10d::GradBucket& bucket) override {
    std::vector<Tensor> tensors{bucket.getBufferRef()};
    return state_->allreduce(tensors)->getFuture();
  }
};

// Buckets are filled from the back, as the backward pass gives gradients. They stay as they are, where PyTorch orders them anew
// after the first pass: a resumed run must add in the order of one that was never stopped.
std::unique_ptr<c10d::Reducer> make_reducer(const Group& group, const NamedTensors& named) {
  std::vector<Tensor> parameters;
  std::unordered_map<std::size_t, std::string> names;
  for (const auto& [name, tensor] : named) {
    names.emplace(parameters.size(), name);
    parameters.push_back(tensor);
  }
  const std::vector<bool> sparse(parameters.size(), false);
  auto [buckets, limits] =
      c10d::compute_bucket_assignment_by_size(parameters, {c10d::kDefaultFirstBucketBytes, c10d::kDefaultBucketBytesCap}, sparse);
  auto reducer =
      std::make_unique<c10d::Reducer>(parameters, std::vector<std::vector<std::size_t>>(buckets.rbegin(), buckets.rend()),
                                      group.handle(), sparse, c10d::kDefaultBucketBytesCap,
                                      /*find_unused_parameters=*/false, /*gradient_as_bucket_view=*/false, names,
                                      c10d::kDefaultFirstBucketBytes, /*skip_all_reduce_unused_params=*/false,
                                      /*use_python_reducer=*/false, std::vector<std::int64_t>());
  reducer->register_comm_hook(std::make_unique<SumHook>(group.handle()));
  return reducer;
}

} // namespace

struct GradientReducer::State {
  NamedTensors parameters;
  std::unique_ptr<c10d::Reducer> reducer; // made by the first call

  void find_reached(const Group& group, const Tensor& loss);
};

// c10d waits for a gradient of every parameter that it is given, and checkpoints have some that nothing uses.
void GradientReducer::State::find_reached(const Group& group, const Tensor& loss) {
  loss.backward({}, /*retain_graph=*/true);
  NamedTensors reached;
  for (const auto& [name, tensor] : parameters) {
    if (tensor.grad().defined() && !tensor.grad().is_sparse()) {
      reached.emplace_back(name, tensor);
    }
    tensor.mutable_grad() = Tensor();
  }
  reducer = make_reducer(group, reached);
}

GradientReducer::GradientReducer(const Group& group, NamedTensors parameters)
    : group_(group), state_(group.alone() ? nullptr : std::make_unique<State>(State{std::move(parameters), nullptr})) {}

GradientReducer::~GradientReducer() = default;
GradientReducer::GradientReducer(GradientReducer&&) noexcept = default;

void GradientReducer::backward(const Tensor& loss, bool last) {
  if (!state_) {
    loss.backward();
    return;
  }
  ToTheLog handler;
  const c10::WarningUtils::WarningHandlerGuard warnings(&handler);
  group_.exchanging([&] {
    if (!state_->reducer) {
      state_->find_reached(group_, loss);
    }
    if (last) {
      state_->reducer->prepare_for_forward();
      state_->reducer->prepare_for_backward({loss});
    }
    loss.backward();
  });
}

} // namespace brainmvp::parallel
