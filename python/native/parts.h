// The parts of the module, a file each. What a function takes and gives is said in python/brainmvp_native/__init__.pyi; users
// call it through the package brainmvp, which brings arguments into these forms.
#pragma once

#include <nanobind/nanobind.h>

namespace brainmvp::native {

void bind_images(nanobind::module_& module);
void bind_preparation(nanobind::module_& module);
void bind_metrics(nanobind::module_& module);
void bind_registration(nanobind::module_& module);
void bind_simulation(nanobind::module_& module);
void bind_store(nanobind::module_& module);

} // namespace brainmvp::native
