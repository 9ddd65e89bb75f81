#include "base/program_path.h"

#include <sys/auxv.h>

#include <system_error>

namespace brainmvp {

std::filesystem::path path_of_program() {
  const auto* name = reinterpret_cast<const char*>(::getauxval(AT_EXECFN));
  std::error_code error;
  return std::filesystem::canonical(name, error);
}

} // namespace brainmvp
