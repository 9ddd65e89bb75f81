#include "base/temporary_folder.h"

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "base/atomic_file.h"

namespace brainmvp {
namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "brainmvp_XXXXXX").string(); // mkdtemp(3) puts its own letters for the X
  if (::mkdtemp(name.data()) == nullptr) {
    throw_write_error(name, errno);
  }
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

} // namespace brainmvp
