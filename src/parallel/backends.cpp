#include "parallel/backends.h"

#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#ifdef USE_C10D_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

#include <cstdlib>

namespace brainmvp::parallel {
namespace {

using c10d::ProcessGroupGloo;

// GLOO_SOCKET_IFNAME chooses the network as it does for PyTorch; ranks of one machine need none.
std::shared_ptr<gloo::transport::Device> gloo_device(const Launch& launch) {
  const char* interface = std::getenv("GLOO_SOCKET_IFNAME");
  if (interface != nullptr && *interface != '\0') {
    return ProcessGroupGloo::createDeviceForInterface(interface);
  }
  return launch.local_size == launch.size ? ProcessGroupGloo::createDeviceForHostname("127.0.0.1")
                                          : ProcessGroupGloo::createDefaultDevice();
}

} // namespace

c10::intrusive_ptr<c10d::Backend> make_gloo(const c10::intrusive_ptr<c10d::Store>& store, const Launch& launch,
                                            std::chrono::milliseconds timeout) {
  const auto options = ProcessGroupGloo::Options::create(timeout);
  options->devices.push_back(gloo_device(launch));
  return c10::make_intrusive<ProcessGroupGloo>(store, launch.rank, launch.size, options);
}

c10::intrusive_ptr<c10d::Backend> make_nccl([[maybe_unused]] const c10::intrusive_ptr<c10d::Store>& store,
                                            [[maybe_unused]] const Launch& launch,
                                            [[maybe_unused]] std::chrono::milliseconds timeout) {
#ifdef USE_C10D_NCCL
  const auto options = c10d::ProcessGroupNCCL::Options::create();
  options->timeout = timeout;
  return c10::make_intrusive<c10d::ProcessGroupNCCL>(store, launch.rank, launch.size, options);
#else
  return {};
#endif
}

} // namespace brainmvp::parallel
