#include "study/anonymise.h"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/own_files.h"
#include "base/sha256.h"
#include "base/text.h"
#include "io/image_file.h"
#include "io/text_file.h"

namespace brainmvp::study {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kKeyDigits = 64;

template <class Bytes>
std::string hexadecimal(const Bytes& bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

void make_key(const fs::path& file) {
  std::array<std::uint8_t, kKeyDigits / 2> random{};
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
    throw Error(ExitCode::kInternal, "the system gives no random numbers");
  }
  create_folders(fs::absolute(file).parent_path());
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    throw_write_error(file, errno);
  }
  const std::string text = hexadecimal(random) + "\n";
  const ssize_t written = ::write(descriptor, text.data(), text.size());
  const int error_number = errno;
  if (::close(descriptor) != 0 || written != static_cast<ssize_t>(text.size())) {
    throw_write_error(file, error_number);
  }
}

std::string extension_of(const fs::path& file) {
  const std::string name = to_lower(file.filename().string());
  const std::string extension = name.substr(io::image_stem(file).size());
  if (extension == ".mhd" || extension == ".nhdr") {
    throw Error(ExitCode::kBadInput,
                file.string() + ": its header names a file beside it, which a link under another name cannot keep; convert it to "
                                "NIfTI before --anonymise");
  }
  return extension;
}

// A link to `file`, and to the .img of a .hdr.
void link(const fs::path& file, const fs::path& from) {
  std::error_code error;
  const fs::path target = fs::canonical(file, error);
  fs::create_symlink(target, from, error);
  if (error) {
    throw Error(ExitCode::kOutput,
                from.string() + ": no link can be made (" + error.message() + "); write to a file system that has links");
  }
  for (const char* extension : {".img", ".img.gz"}) {
    const fs::path data = target.parent_path() / (io::image_stem(target) + extension);
    if (to_lower(from.extension().string()) == ".hdr" && fs::exists(data, error)) {
      fs::create_symlink(data, from.parent_path() / (from.stem().string() + extension), error);
    }
  }
}

fs::path linked(const fs::path& file, const std::string& name, const fs::path& folder, const fs::path& final_folder) {
  const std::string link_name = name + extension_of(file);
  link(file, folder / link_name);
  return final_folder / link_name;
}

} // namespace

Pseudonyms::Pseudonyms(const fs::path& key_file) {
  std::error_code error;
  if (!fs::exists(key_file, error)) {
    make_key(key_file);
  }
  key_ = io::read_text_file(key_file, 2 * kKeyDigits);
  key_.erase(std::min(key_.find_last_not_of("\r\n") + 1, key_.size()));
  if (key_.size() != kKeyDigits || key_.find_first_not_of("0123456789abcdef") != std::string::npos) {
    throw Error(ExitCode::kBadInput, key_file.string() + ": holds no key of " + std::to_string(kKeyDigits) +
                                         " hexadecimal digits; name another file, which will be made");
  }
}

std::string Pseudonyms::of(std::string_view name) const {
  // Both the key and the outer hash are of one length, so nothing can be appended to a name.
  return "s" + hexadecimal(sha256(key_ + hexadecimal(sha256(key_ + std::string(name))))).substr(0, 16);
}

StudiesFile anonymise(const StudiesFile& file, const fs::path& links, const Pseudonyms& pseudonyms) {
  const fs::path final_folder = fs::absolute(links).lexically_normal();
  refuse_foreign_files(final_folder, made_files(final_folder));
  AtomicFolder output(final_folder);
  StudiesFile anonymous{.studies = {}, .table = file.table, .reference = file.reference};
  for (const Study& study : file.studies) {
    Study hidden = study;
    hidden.id = pseudonyms.of(study.id);
    hidden.patient = pseudonyms.of("patient " + patient_of(study));
    const fs::path folder = output.temporary() / hidden.id;
    create_folders(folder);
    for (std::size_t i = 0; i < study.images.size(); ++i) {
      const std::string name = study.images.size() == study.modalities.size() ? study.modalities[i] : "image";
      hidden.images[i] = linked(study.images[i], name, folder, final_folder / hidden.id);
    }
    if (study.label) {
      hidden.label = linked(*study.label, "label", folder, final_folder / hidden.id);
    }
    anonymous.studies.push_back(std::move(hidden));
  }
  std::ranges::sort(anonymous.studies, {}, &Study::id); // the old order would tell who is who
  output.commit();
  return anonymous;
}

} // namespace brainmvp::study
