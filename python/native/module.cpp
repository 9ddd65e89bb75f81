#include "parts.h"

NB_MODULE(brainmvp_native, module) {
  using namespace brainmvp::native;
  bind_images(module);
  bind_preparation(module);
  bind_metrics(module);
  bind_registration(module);
  bind_simulation(module);
  bind_store(module);
}
