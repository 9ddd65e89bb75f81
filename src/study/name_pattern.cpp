#include <fnmatch.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "study/modality.h"

namespace brainmvp::study {
namespace {

bool fits(const std::string& glob, const std::filesystem::path& file) {
  const auto match = [&glob](const std::string& text) { return ::fnmatch(glob.c_str(), text.c_str(), FNM_CASEFOLD) == 0; };
  return match(file.filename().string()) || match(file.string());
}

} // namespace

void ModalityTable::add_pattern(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0 || equals + 1 == text.size()) {
    throw Error(ExitCode::kUsage, "--pattern " + std::string(text) + ": expected NAME=GLOB, for example 't1=*mprage*'");
  }
  const std::string whole(text);
  patterns_.push_back({whole, pattern_meaning(whole.substr(0, equals)), whole.substr(equals + 1)});
}

ModalityTable::Meaning ModalityTable::pattern_meaning(const std::string& name) {
  if (to_lower(name) == "label") {
    return {FileRole::Kind::kLabel, "label"};
  }
  if (to_lower(name) == "skip") {
    return {FileRole::Kind::kSkipped, "files that --pattern skip=... leaves out"};
  }
  const auto known = canonical(name);
  if (!known && !is_safe_modality(name)) {
    throw Error(ExitCode::kUsage, "--pattern " + name + "=...: '" + name +
                                      "' can name no modality; use lower-case letters, digits and _, or label or skip");
  }
  const Meaning meaning{FileRole::Kind::kModality, known.value_or(name)};
  if (!known) {
    add_word(name, meaning, "--pattern: ");
  }
  return meaning;
}

const ModalityTable::Pattern* ModalityTable::deciding(const std::filesystem::path& file) const {
  const Pattern* decided = nullptr;
  for (const Pattern& pattern : patterns_) {
    if (!fits(pattern.glob, file)) {
      continue;
    }
    if (decided != nullptr && (decided->meaning.kind != pattern.meaning.kind || decided->meaning.name != pattern.meaning.name)) {
      throw Error(ExitCode::kUsage, file.string() + ": fits --pattern " + decided->text + " and --pattern " + pattern.text +
                                        "; make one of them fit fewer files");
    }
    decided = &pattern;
  }
  return decided;
}

std::string ModalityTable::pattern_of(const std::filesystem::path& file) const {
  const Pattern* pattern = deciding(file);
  return pattern == nullptr ? "" : pattern->text;
}

void ModalityTable::add_label_word(std::string_view word) {
  if (canonical(word)) {
    throw Error(ExitCode::kUsage, "--label-word " + std::string(word) + ": is the modality " + *canonical(word) +
                                      "; use --pattern label=GLOB for single files");
  }
  const std::string normal = normal_name(word);
  meanings_.erase(normal);
  words_["sure_label"].insert(normal);
  add_word(word, {FileRole::Kind::kLabel, normal}, "--label-word: ");
}

} // namespace brainmvp::study
