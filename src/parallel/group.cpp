#include "parallel/group.h"

#include <c10/util/Logging.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "base/error.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/text.h"
#include "parallel/backends.h"
#include "parallel/heartbeat.h"
#include "parallel/shared_memory.h"

namespace brainmvp::parallel {
namespace {

using c10::intrusive_ptr;
using torch::Tensor;

std::string place() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return std::string(name.data()) + ", process " + std::to_string(::getpid());
}

std::string address_of(const Launch& launch) { return launch.address + ":" + std::to_string(launch.port); }

// c10d tells of every failed call with a stack; what users need of it is in our errors. TORCH_CPP_LOG_LEVEL of the user's stays.
void quieten_libtorch() {
  ::setenv("TORCH_CPP_LOG_LEVEL", "ERROR", 0);
  c10::initLogging();
}

// Without the advice that follows.
std::string first_sentence(const std::string& message) {
  const std::string line = split(message, "\n").front();
  return line.substr(0, line.find(". "));
}

intrusive_ptr<c10d::Store> connect(const Launch& launch, std::chrono::seconds timeout) {
  c10d::TCPStoreOptions options;
  options.port = launch.port;
  options.isServer = launch.rank == 0 && !launch.agent_has_store;
  options.waitWorkers = false;
  options.timeout = timeout;
  try {
    return c10::make_intrusive<c10d::TCPStore>(launch.address, options);
  } catch (const std::exception& error) {
    const std::string first_line = first_sentence(error.what());
    throw Error(ExitCode::kUsage,
                options.isServer
                    ? address_of(launch) + ": rank 0 cannot listen there (" + first_line + "); choose another MASTER_PORT"
                    : address_of(launch) + ": cannot be reached within " + std::to_string(timeout.count()) + " s (" + first_line +
                          "); check MASTER_ADDR and MASTER_PORT, and that rank 0 runs");
  }
}

} // namespace

struct Group::State {
  intrusive_ptr<c10d::Store> store;
  intrusive_ptr<c10d::ProcessGroup> ranks;
  std::chrono::seconds timeout;
  std::unique_ptr<Heartbeat> heartbeat;
  std::unique_ptr<SharedMemory> memory; // of all ranks, where one machine has them all
  std::uint64_t texts = 0;              // exchanges of texts so far

  std::vector<std::string> exchange_texts(const Launch& launch, const std::string& text);
  void share_memory(const Launch& launch);
  [[nodiscard]] bool goes_through_memory(const Tensor& values) const;
};

std::vector<std::string> Group::State::exchange_texts(const Launch& launch, const std::string& text) {
  const std::string prefix = "texts/" + std::to_string(texts++) + "/";
  store->set(prefix + std::to_string(launch.rank), std::vector<std::uint8_t>(text.begin(), text.end()));
  std::vector<std::string> found;
  for (int rank = 0; rank < launch.size; ++rank) {
    const std::string key = prefix + std::to_string(rank);
    store->wait({key}, timeout);
    const std::vector<std::uint8_t> bytes = store->get(key);
    found.emplace_back(bytes.begin(), bytes.end());
  }
  return found;
}

void Group::State::share_memory(const Launch& launch) {
  const bool first = launch.rank == 0;
  memory = first ? SharedMemory::create(launch.rank, launch.size) : nullptr;
  const std::string name = exchange_texts(launch, memory ? memory->name() : "").front();
  if (!first && !name.empty()) {
    memory = SharedMemory::open(name, launch.rank, launch.size);
  }
  const std::vector<std::string> opened = exchange_texts(launch, memory ? "yes" : "no");
  if (first && memory) {
    memory->forget_name();
  }
  if (std::ranges::count(opened, "yes") != launch.size) {
    memory = nullptr;
  }
}

bool Group::State::goes_through_memory(const Tensor& values) const {
  return memory && values.is_cpu() && values.nbytes() <= SharedMemory::kMostBytes;
}

Group::Group() = default;
Group::~Group() = default;
Group::Group(Group&& other) noexcept = default;
Group& Group::operator=(Group&& other) noexcept = default;
Group::Group(Launch launch, std::unique_ptr<State> state) : launch_(std::move(launch)), state_(std::move(state)) {}

Group Group::join(const Launch& launch, const GroupOptions& options) {
  if (launch.alone()) {
    return {};
  }
  quieten_libtorch();
  return over(connect(launch, options.timeout), launch, options);
}

Group Group::over(const intrusive_ptr<c10d::Store>& shared, const Launch& launch, const GroupOptions& options) {
  const std::string attempt = "brainmvp/" + std::to_string(launch.attempt); // an agent's store outlives its ranks
  auto state = std::make_unique<State>(State{.store = c10::make_intrusive<c10d::PrefixStore>(attempt, shared),
                                             .ranks = {},
                                             .timeout = options.timeout,
                                             .heartbeat = {},
                                             .memory = {}});
  std::vector<std::string> places;
  try {
    places = state->exchange_texts(launch, place());
  } catch (const std::exception&) {
    std::vector<std::string> missing;
    for (int rank = 0; rank < launch.size; ++rank) {
      if (!state->store->check({"texts/0/" + std::to_string(rank)})) {
        missing.push_back(std::to_string(rank));
      }
    }
    throw Error(ExitCode::kUsage, "of " + std::to_string(launch.size) + " ranks these did not come within " +
                                      std::to_string(options.timeout.count()) + " s: " + brainmvp::join(missing, ", ") +
                                      "; start them all, with the same WORLD_SIZE");
  }
  state->share_memory(launch);
  state->ranks = c10::make_intrusive<c10d::ProcessGroup>(state->store, launch.rank, launch.size);
  state->ranks->setDefaultBackend(c10d::ProcessGroup::GLOO);
  const auto gloo = make_gloo(c10::make_intrusive<c10d::PrefixStore>("gloo", state->store), launch, options.timeout);
  state->ranks->setBackend(c10::DeviceType::CPU, c10d::ProcessGroup::GLOO, gloo);
  if (options.device.is_cuda()) {
    const auto nccl = make_nccl(c10::make_intrusive<c10d::PrefixStore>("nccl", state->store), launch, options.timeout);
    if (!nccl) {
      log::warning(
          "built without NCCL's and CUDA's headers: gradients of GPUs go through the CPU; see docs/tutorials/cluster.md");
    }
    state->ranks->setBackend(c10::DeviceType::CUDA, nccl ? c10d::ProcessGroup::NCCL : c10d::ProcessGroup::GLOO,
                             nccl ? nccl : gloo);
  }
  state->ranks->setGroupName("brainmvp");
  state->heartbeat =
      std::make_unique<Heartbeat>(c10::make_intrusive<c10d::PrefixStore>(attempt, shared->clone()), launch.rank, places);
  return {launch, std::move(state)};
}

void Group::exchanging(const std::function<void()>& work) const {
  if (alone()) {
    work();
    return;
  }
  state_->heartbeat->came_on();
  try {
    work();
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    if (is_out_of_memory(error)) {
      throw;
    }
    throw Error(ExitCode::kInternal, "the ranks lost each other: " + state_->heartbeat->who_is_missing() + " (" +
                                         first_sentence(error.what()) +
                                         "). Look at its messages; with --resume the run goes on from its last checkpoint");
  }
}

void Group::sum(Tensor& values) const {
  if (alone()) {
    return;
  }
  if (state_->goes_through_memory(values)) {
    const Tensor all = gather(values);
    values.copy_(all[0]);
    for (int rank = 1; rank < size(); ++rank) {
      values.add_(all[rank]);
    }
    return;
  }
  exchanging([&] {
    std::vector<Tensor> tensors{values};
    state_->ranks->allreduce(tensors)->wait();
  });
}

std::vector<double> Group::sum(std::vector<double> values) const {
  Tensor tensor = at::tensor(values, at::kDouble);
  sum(tensor);
  const double* sums = tensor.const_data_ptr<double>();
  return {sums, sums + tensor.numel()};
}

Tensor Group::gather(const Tensor& values) const {
  std::vector<Tensor> inputs{values.contiguous()};
  if (!alone() && state_->goes_through_memory(values)) {
    std::vector<std::int64_t> shape = values.sizes().vec();
    shape.insert(shape.begin(), size());
    const Tensor all = at::empty(shape, values.options());
    exchanging(
        [&] { state_->memory->gather(inputs[0].const_data_ptr(), values.nbytes(), all.mutable_data_ptr(), state_->timeout); });
    return all;
  }
  std::vector<std::vector<Tensor>> outputs(1);
  for (int rank = 0; rank < size(); ++rank) {
    outputs[0].push_back(alone() ? inputs[0] : at::empty_like(inputs[0]));
  }
  if (!alone()) {
    exchanging([&] { state_->ranks->allgather(outputs, inputs)->wait(); });
  }
  return at::stack(outputs[0]);
}

void Group::broadcast(const std::vector<Tensor>& tensors) const {
  if (alone()) {
    return;
  }
  for (const Tensor& tensor : tensors) {
    exchanging([&] {
      Tensor contiguous = tensor.detach().contiguous();
      std::vector<Tensor> sent{contiguous};
      state_->ranks->broadcast(sent)->wait();
      tensor.detach().copy_(contiguous);
    });
  }
}

bool Group::any(bool value) const { return sum(std::vector<double>{value ? 1.0 : 0.0})[0] > 0; }

std::vector<std::string> Group::texts(const std::string& text) const {
  std::vector<std::string> found{text};
  if (!alone()) {
    exchanging([&] { found = state_->exchange_texts(launch_, text); });
  }
  return found;
}

void Group::wait_for_all() const { static_cast<void>(any(false)); }

void Group::first_does(const std::function<void()>& work) const {
  if (alone()) {
    work();
    return;
  }
  if (!is_first()) {
    const std::string outcome = texts("").front();
    if (!outcome.empty()) {
      const auto [code, message] = std::pair(outcome.substr(0, outcome.find(' ')), outcome.substr(outcome.find(' ') + 1));
      throw Error(static_cast<ExitCode>(std::stoi(code)), message);
    }
    return;
  }
  try {
    work();
  } catch (const std::exception& fault) {
    const Error error = error_of(fault);
    static_cast<void>(texts(std::to_string(static_cast<int>(error.code())) + " " + error.message()));
    throw error;
  }
  static_cast<void>(texts(""));
}

const intrusive_ptr<c10d::ProcessGroup>& Group::handle() const { return state_->ranks; }

} // namespace brainmvp::parallel
