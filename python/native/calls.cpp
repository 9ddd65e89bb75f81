#include "calls.h"

#include <chrono>
#include <future>
#include <new>
#include <thread>

#include "base/error.h"
#include "base/interrupt.h"

namespace brainmvp::native {
namespace nb = nanobind;
namespace {

constexpr auto kLookForSignals = std::chrono::milliseconds(50);

void set_error(ExitCode code, const char* message) {
  const nb::object error = nb::module_::import_("brainmvp.errors").attr("error_of")(static_cast<int>(code), message);
  PyErr_SetObject(error.type().ptr(), error.ptr());
}

// Waits for `done`; whether Python's error was set by a signal meanwhile.
bool wait_or_stop(const std::future<void>& done) {
  const nb::gil_scoped_release release;
  bool stopped = false;
  while (done.wait_for(kLookForSignals) != std::future_status::ready) {
    const nb::gil_scoped_acquire acquire;
    if (!stopped && PyErr_CheckSignals() != 0) {
      stopped = true;
      set_interrupted(true);
    }
  }
  return stopped;
}

} // namespace

void run_without_gil(const std::function<void()>& work) {
  std::packaged_task<void()> task(work);
  std::future<void> done = task.get_future();
  bool stopped = false;
  {
    const std::jthread worker(std::move(task));
    stopped = wait_or_stop(done);
  }
  if (stopped) {
    set_interrupted(false);
    throw ErrorIsSet{};
  }
  done.get();
}

void set_error_of_current_exception() noexcept {
  try {
    try {
      throw;
    } catch (const ErrorIsSet&) {
    } catch (const Error& error) {
      if (error.code() == ExitCode::kInterrupted) { // by Ctrl-C during another thread's call
        PyErr_SetNone(PyExc_KeyboardInterrupt);
      } else {
        set_error(error.code(), error.what());
      }
    } catch (const std::bad_alloc&) {
      set_error(ExitCode::kOutOfResources, "out of memory");
    } catch (nb::python_error& error) {
      error.restore();
    } catch (const std::exception& error) {
      set_error(ExitCode::kInternal, error.what());
    }
  } catch (nb::python_error& error) {
    error.restore();
  } catch (...) {
    PyErr_SetString(PyExc_SystemError, "brainmvp_native: an unknown exception");
  }
}

} // namespace brainmvp::native
