#include "study/anonymise.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/own_files.h"
#include "base/text.h"
#include "io/image_file.h"
#include "io/text_file.h"

namespace brainmvp::study {
namespace fs = std::filesystem;
namespace {

using Key = std::array<std::uint8_t, crypto_auth_hmacsha256_KEYBYTES>;

std::string hexadecimal(std::span<const std::uint8_t> bytes) {
  std::string text(2 * bytes.size() + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
  text.pop_back();
  return text;
}

void make_key(const fs::path& file) {
  Key random{};
  randombytes_buf(random.data(), random.size());
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
  if (sodium_init() < 0) {
    throw Error(ExitCode::kInternal, "the system gives no random numbers");
  }
  std::error_code error;
  if (!fs::exists(key_file, error)) {
    make_key(key_file);
  }
  const std::string text = io::read_text_file(key_file, 4 * key_.size());
  std::size_t length = 0;
  if (sodium_hex2bin(key_.data(), key_.size(), text.data(), text.size(), "\r\n", &length, nullptr) != 0 ||
      length != key_.size()) {
    throw Error(ExitCode::kBadInput, key_file.string() + ": holds no key of " + std::to_string(2 * key_.size()) +
                                         " hexadecimal digits; name another file, which will be made");
  }
}

std::string Pseudonyms::of(std::string_view name) const {
  std::array<std::uint8_t, crypto_auth_hmacsha256_BYTES> hash{};
  crypto_auth_hmacsha256(hash.data(), reinterpret_cast<const unsigned char*>(name.data()), name.size(), key_.data());
  return "s" + hexadecimal(hash).substr(0, 16);
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
