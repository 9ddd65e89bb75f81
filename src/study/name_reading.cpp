#include "study/name_reading.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <vector>

#include "base/text.h"

namespace brainmvp::study {
namespace {

using Kind = FileRole::Kind;

struct NameWord {
  std::string text;
  std::size_t start = 0; // in the stem
};

struct Run {
  std::size_t begin = 0; // words
  std::size_t end = 0;
  ModalityTable::Meaning meaning;
};

bool has_digit_only(const std::string& word) {
  return std::ranges::all_of(word, [](unsigned char c) { return std::isdigit(c) != 0; });
}

// "320", "p2", "4mm", "e1", "32ch", "b1000": words that number or measure something.
bool is_measure(const std::string& word) {
  const auto letters = std::ranges::count_if(word, [](unsigned char c) { return std::isdigit(c) == 0; });
  return static_cast<std::size_t>(letters) < word.size() && letters <= 2;
}

// "postGd" -> "post", "gd"; and the whole.
std::vector<std::string> camel_words(const std::string& text) {
  std::vector<std::string> words{to_lower(text)};
  std::size_t start = 0;
  for (std::size_t i = 1; i <= text.size(); ++i) {
    const bool upper = i < text.size() && std::isupper(static_cast<unsigned char>(text[i])) != 0;
    if (i == text.size() || (upper && std::isupper(static_cast<unsigned char>(text[i - 1])) == 0)) {
      words.push_back(to_lower(std::string_view(text).substr(start, i - start)));
      start = i;
    }
  }
  return words;
}

class NameReader {
public:
  NameReader(const ModalityTable& table, std::string_view stem) : table_(table), stem_(stem) {
    for (std::size_t at = stem.find_first_not_of(kNameSeparators); at != std::string_view::npos;) {
      const std::size_t end = std::min(stem.find_first_of(kNameSeparators, at), stem.size());
      words_.push_back({to_lower(stem.substr(at, end - at)), at});
      at = stem.find_first_not_of(kNameSeparators, end);
    }
    drop_entities();
  }

  FileRole read() { return read_before(words_.size()); }

private:
  // Of spaces and grids, whose values are other images' names.
  void drop_entities() {
    for (const char* key : {"space-", "res-", "mod-"}) {
      std::size_t at = 0;
      for (const std::string& part : split(stem_, "_")) {
        const std::size_t end = at + part.size();
        if (to_lower(part).starts_with(key)) {
          std::erase_if(words_, [&](const NameWord& word) { return word.start >= at && word.start < end; });
        }
        at = end + 1;
      }
    }
  }

  [[nodiscard]] bool is(std::string_view list, std::size_t word) const { return table_.is_word(list, words_[word].text); }

  [[nodiscard]] std::optional<Run> run_before(std::size_t end) const {
    for (std::size_t count = std::min(kLongestRun, end); count > 0; --count) {
      std::string text;
      for (std::size_t i = end - count; i < end; ++i) {
        text += (text.empty() ? "" : "_") + words_[i].text;
      }
      if (const ModalityTable::Meaning* found = table_.meaning(text)) {
        return Run{end - count, end, *found};
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] FileRole unknown() const { return {.kind = Kind::kUnknown, .name = {}, .prefix = std::string(stem_)}; }

  // Whether a word is in the value of an entity of BIDS: "axial" of "sub-1_acq-axial_seg".
  [[nodiscard]] bool is_of_entity(std::size_t word, std::string_view key) const {
    const std::size_t before = stem_.substr(0, words_[word].start).rfind('_');
    return to_lower(stem_.substr(before == std::string_view::npos ? 0 : before + 1)).starts_with(key);
  }

  // Those of acq-, rec- and desc- tell the images of a study apart.
  [[nodiscard]] bool is_qualifier(std::size_t word) const {
    return is_of_entity(word, "acq-") || is_of_entity(word, "rec-") || is_of_entity(word, "desc-");
  }

  // Short spellings may be a patient's initials or a group ("PD_T1", beside "HC_T1").
  [[nodiscard]] bool is_short(const Run& run) const {
    return run.end - run.begin == 1 && words_[run.begin].text.size() == 2 && words_[run.begin].text[0] != 't';
  }

  // The stem before a word, without words of the scan and other modalities at its end: "p1" of "p1_DWI_ADC".
  [[nodiscard]] std::string prefix(std::size_t word) const {
    while (word > 0 && !is_qualifier(word - 1)) {
      const auto run = run_before(word);
      if (run && run->meaning.kind == Kind::kModality && !(run->begin == 0 && is_short(*run))) {
        word = run->begin;
      } else if (is("scan", word - 1)) {
        --word;
      } else {
        break;
      }
    }
    std::string text(stem_.substr(0, words_[word].start));
    text.erase(text.find_last_not_of(kNameSeparators) + 1);
    return text;
  }

  // The words after the modality, without those that describe or measure the scan.
  [[nodiscard]] std::string suffix(std::size_t begin, std::size_t end) const {
    std::vector<std::string> kept;
    for (std::size_t i = begin; i < end; ++i) {
      const std::string& word = words_[i].text;
      const bool counted = has_digit_only(word) || (word.size() > 2 && word[0] != 'b' && has_digit_only(word.substr(1))); // p01
      const bool described = is("scan", i) || is("contrast", i) || is("no_contrast", i) || is("derived", i);
      if (!described && (counted || !is_measure(word))) {
        kept.emplace_back(stem_.substr(words_[i].start, word.size()));
      }
    }
    return join(kept, "_");
  }

  // What a word after the modality is: passed over in silence, passed over with a remark, or the end of the search.
  FileRole read_before(std::size_t last) {
    std::vector<std::string> strange;
    std::string derived;
    for (std::size_t end = last; end > 0; --end) {
      const auto run = run_before(end);
      if (run && fits(*run, last, strange)) {
        return settled(*run, last, strange, derived);
      }
      const std::string& word = words_[end - 1].text;
      if (is("derived", end - 1)) {
        derived = word;
      } else if (!is("scan", end - 1) && !is("contrast", end - 1) && !is("no_contrast", end - 1) && !is_measure(word)) {
        strange.insert(strange.begin(), word);
      }
    }
    return unknown();
  }

  // Short spellings and label words may be names of people or projects where other words follow.
  [[nodiscard]] bool fits(const Run& run, std::size_t last, const std::vector<std::string>& strange) const {
    if (run.end == last) {
      return true;
    }
    const auto foreign = [](const std::string& word) {
      return std::ranges::any_of(word, [](unsigned char c) { return c >= 0x80; });
    };
    if (run.meaning.kind != Kind::kModality || std::ranges::any_of(strange, foreign)) {
      return strange.empty();
    }
    for (std::size_t i = run.end; is_short(run) && i < last; ++i) {
      if (!is("scan", i)) {
        return false;
      }
    }
    return true;
  }

  FileRole settled(const Run& run, std::size_t last, const std::vector<std::string>& strange, const std::string& derived) {
    FileRole role{
        .kind = run.meaning.kind, .name = run.meaning.name, .prefix = prefix(run.begin), .suffix = suffix(run.end, last)};
    if (role.kind == Kind::kLabel) {
      settle_mask(run, role);
      return derived.empty() ? role : unknown();
    }
    if (role.kind != Kind::kModality) {
      return role;
    }
    if (!entity_value(stem_, "inv-").empty()) {
      return {.kind = Kind::kSkipped, .name = "single inversions of MP2RAGE", .prefix = role.prefix};
    }
    const std::string before = derived_before(run, role.name);
    if (!derived.empty() || !before.empty() || shows_projection() || is_part_of_complex() ||
        has_low_b_value(run, last, role.name)) {
      const ModalityTable::Meaning* known = table_.meaning(before);
      return {.kind = Kind::kSkipped,
              .name = known != nullptr && known->kind == Kind::kSkipped
                          ? known->name
                          : "images derived from others, by words of their names (brain, map, phase, MIP, ...)",
              .prefix = role.prefix};
    }
    if (run.begin > 1 && is("towards", run.begin - 1)) { // flair_to_t1
      FileRole moved = read_before(run.begin - 1);
      if (moved.kind == Kind::kModality && moved.name != role.name) {
        return moved;
      }
    }
    if (!strange.empty()) {
      role.remark = "taken as " + role.name + " by its name, in which '" + join(strange, " ") + "' is not known";
    }
    settle_neighbours(run, role);
    if (role.name == "t1") {
      settle_contrast(run, last, role);
    }
    return role;
  }

  // The word right before the modality, or in an entity of BIDS, that says that the file was made from an image: "mean_dwi".
  [[nodiscard]] std::string derived_before(const Run& run, const std::string& modality) const {
    for (const char* key : {"acq-", "rec-", "desc-"}) {
      for (const std::string& word : camel_words(entity_value(stem_, key))) {
        if (table_.is_word("derived_before", word)) {
          return word;
        }
      }
    }
    std::size_t word = run.begin;
    while (word > 0 && is("scan", word - 1)) {
      --word;
    }
    if (word == 0 || is_qualifier(word - 1) || !is("derived_before", word - 1)) {
      return "";
    }
    const std::string& text = words_[word - 1].text;
    const bool initials = (text == "fa" || text == "md") && modality != "dwi";
    return initials || (text == "b0" && is_b_value(words_[run.begin].text)) ? "" : text;
  }

  [[nodiscard]] static bool is_b_value(const std::string& word) {
    return word.size() > 1 && word[0] == 'b' && has_digit_only(word.substr(1));
  }

  // Images of DWI almost without diffusion weighting: "dwi_b50", "dwi_S0"; not "dwi_b50_b1000".
  [[nodiscard]] bool has_low_b_value(const Run& run, std::size_t last, const std::string& modality) const {
    constexpr int kLargest = 100; // s/mm2
    if (modality != "dwi" || is_b_value(words_[run.begin].text)) {
      return false;
    }
    for (std::size_t i = run.begin > 0 ? run.begin - 1 : run.end; i < last; ++i) {
      const std::string& word = words_[i].text;
      const std::string digits = word.substr(1, 5);
      int value = kLargest + 1;
      std::from_chars(digits.data(), digits.data() + digits.size(), value);
      if (word == "s0" || (is_b_value(word) && value <= kLargest)) {
        return true;
      }
    }
    return false;
  }

  [[nodiscard]] bool shows_projection() const {
    return std::ranges::any_of(words_, [this](const NameWord& word) { return table_.is_word("projection", word.text); });
  }

  // BIDS: everything but the magnitude.
  [[nodiscard]] bool is_part_of_complex() const {
    const std::string part = to_lower(entity_value(stem_, "part-"));
    return !part.empty() && part != "mag";
  }

  void settle_mask(const Run& run, FileRole& role) const {
    if ((role.name != "mask" && role.name != "masks") || table_.is_word("sure_label", role.name)) {
      return;
    }
    for (std::size_t i = 0; i < run.begin; ++i) {
      if (is("brain", i)) {
        role = {.kind = Kind::kSkipped, .name = "brain masks", .prefix = role.prefix};
        return;
      }
    }
    role.remark = "a mask whose name does not say of what, taken as the label map";
  }

  // Another modality right before the one that the name ends in, and in the acquisition entity of BIDS.
  void settle_neighbours(const Run& run, FileRole& role) const {
    std::string other = modality_before(run.begin);
    const std::string acquisition = entity_value(stem_, "acq-");
    for (const std::string& word : camel_words(acquisition)) {
      const auto named = table_.canonical(word);
      other = named && (*named == "flair" || *named == "t1") ? *named : other;
    }
    if (role.name == "flair" && (other == "t1" || other == "t1c")) {
      role.name = other;
      role.remark = "T1 FLAIR is T1-weighted; taken as " + other;
    } else if (role.name == "t2" && other == "flair") {
      role.name = "flair";
    } else if (role.name == "t1" && other == "flair" && !acquisition.empty()) {
      role.remark = "T1 FLAIR is T1-weighted; taken as t1";
    } else if (role.name == "t1" && other == "flair") { // T1 FLAIR, or a FLAIR in the space of T1
      role = {
          .kind = Kind::kSkipped, .name = "names that may be T1 or FLAIR (--pattern NAME=GLOB decides)", .prefix = role.prefix};
    } else if (role.name == "dwi" && other == "adc") {
      role.name = "adc";
      role.remark = "ADC and DWI are in its name; taken as adc";
    } else if ((role.name == "t2" && other == "pd") || (role.name == "pd" && other == "t2")) {
      role.remark = "PD and T2 are in its name (a dual echo?); taken as " + role.name;
    }
  }

  [[nodiscard]] std::string modality_before(std::size_t word) const {
    while (word > 0 && is("scan", word - 1) && !has_digit_only(words_[word - 1].text) && !run_before(word)) {
      --word;
    }
    const auto run = run_before(word);
    const bool agent = run && words_[run->begin].text == "ce"; // "ce-gadolinium" by itself names no contrast of tissues
    return run && !agent && run->meaning.kind == Kind::kModality ? run->meaning.name : "";
  }

  // Contrast agent: the BIDS entities ce- and acq-, words after the modality, and plain words before it.
  void settle_contrast(const Run& run, std::size_t last, FileRole& role) const {
    bool with = false;
    bool without = false;
    for (std::size_t i = run.end; i < last; ++i) {
      with |= is("contrast", i);
      without |= is("no_contrast", i);
    }
    const std::string agent = to_lower(entity_value(stem_, "ce-"));
    const bool none = agent == "0" || agent == "false" || agent == "na" || table_.is_word("no_contrast", agent);
    with |= !agent.empty() && !none;
    for (const std::string& word : camel_words(entity_value(stem_, "acq-"))) {
      with |= table_.is_word("contrast", word);
      without |= table_.is_word("no_contrast", word);
    }
    std::string before = run.begin > 0 ? words_[run.begin - 1].text : "";
    for (std::size_t i = run.begin; i > 0 && (is("scan", i - 1) || is("contrast", i - 1)); --i) {
      before = is("contrast", i - 1) ? words_[i - 1].text : before;
      without |= is("no_contrast", i - 1);
    }
    const bool entity = !agent.empty();
    if (!entity && table_.is_word("contrast", before)) {
      if (before == "post") {
        role.remark = "'post' may be after contrast agent or after treatment; taken as t1";
      } else {
        with |= run.begin < 2 || !is("no_contrast", run.begin - 2);
      }
    }
    if (with && !without) {
      role.name = "t1c";
    } else if (with) {
      role.remark = "its name says with and without contrast agent; taken as t1";
    }
  }

  const ModalityTable& table_;
  std::string_view stem_;
  std::vector<NameWord> words_;
};

} // namespace

std::string entity_value(std::string_view stem, std::string_view key) {
  for (const std::string& part : split(stem, "_")) {
    if (to_lower(part).starts_with(key)) {
      return part.substr(key.size());
    }
  }
  return "";
}

FileRole read_name(const ModalityTable& table, std::string_view stem) { return NameReader(table, stem).read(); }

} // namespace brainmvp::study
