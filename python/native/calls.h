// How work of C++ is called from Python: without the GIL, stopped by Ctrl-C, its errors those of the package.
//
//   return call([&] { return io::read_image(path); }, [](io::ImageFile file) { return as_tuple(std::move(file)); });
#pragma once

#include <nanobind/nanobind.h>

#include <functional>
#include <optional>
#include <utility>

namespace brainmvp::native {

// Python's error is set already.
struct ErrorIsSet {};

// Runs `work` in a thread of its own without the GIL and waits. After Ctrl-C base/interrupt.h tells the work to stop; once it
// has, throws ErrorIsSet with KeyboardInterrupt.
void run_without_gil(const std::function<void()>& work);

// Sets Python's error for the exception that is being handled: of brainmvp::Error that of its exit code (brainmvp.errors).
void set_error_of_current_exception() noexcept;

// What `give` makes of what `compute` computes; `compute` touches nothing of Python. A null object when Python's error is set:
// exceptions do not leave this library, since the caller's libstdc++ may be another.
template <class Compute, class Give>
nanobind::object call(const Compute& compute, const Give& give) noexcept {
  try {
    std::optional<decltype(compute())> result;
    run_without_gil([&] { result.emplace(compute()); });
    return nanobind::cast(give(std::move(*result)));
  } catch (...) {
    set_error_of_current_exception();
    return {};
  }
}

// The same of short work, on this thread; gives None.
template <class Work>
nanobind::object call_here(const Work& work) noexcept {
  try {
    {
      const nanobind::gil_scoped_release release;
      work();
    }
    return nanobind::none();
  } catch (...) {
    set_error_of_current_exception();
    return {};
  }
}

} // namespace brainmvp::native
