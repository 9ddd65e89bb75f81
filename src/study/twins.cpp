#include "study/twins.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"

namespace brainmvp::study {
namespace {

constexpr std::size_t kMostOwners = 4;

// By split, one study of each before others of the same, so that both sides of a leak are named.
std::string owners_text(const std::vector<Study>& studies, const std::set<std::size_t>& owners) {
  std::vector<std::size_t> sorted(owners.begin(), owners.end());
  std::ranges::stable_sort(sorted, {}, [&](std::size_t owner) { return studies[owner].split; });
  std::vector<std::string> first;
  std::vector<std::string> others;
  std::set<Split> seen;
  for (const std::size_t owner : sorted) {
    const Study& one = studies[owner];
    (seen.insert(one.split).second ? first : others).push_back(split_name(one.split) + " " + one.id);
  }
  first.insert(first.end(), others.begin(), others.end());
  const std::size_t more = first.size() - std::min(first.size(), kMostOwners);
  first.resize(first.size() - more);
  return join(first, ", ") + (more > 0 ? " and " + std::to_string(more) + " more" : "");
}

} // namespace

Twins find_twins(const std::vector<Study>& studies, const std::vector<Content>& contents) {
  std::map<std::string, std::vector<const Content*>> by_hash;
  for (const Content& content : contents) {
    by_hash[content.hash].push_back(&content);
  }
  std::map<std::set<std::size_t>, std::set<std::string>> shared; // studies -> images that all of them have
  Twins twins;
  for (const auto& [hash, equal] : by_hash) {
    std::set<std::size_t> owners;
    std::set<std::string> images;
    for (const Content* content : equal) {
      owners.insert(content->study);
      images.insert(content->image);
    }
    if (owners.size() > 1) {
      shared[owners].insert(images.begin(), images.end());
    }
  }
  for (const auto& [owners, images] : shared) {
    std::set<Split> splits;
    std::set<std::string> patients;
    for (const std::size_t owner : owners) {
      splits.insert(studies[owner].split);
      patients.insert(patient_of(studies[owner]));
    }
    const std::string text = join(std::vector(images.begin(), images.end()), ", ") + " of " + owners_text(studies, owners);
    if (splits.size() > 1) {
      twins.of_splits.push_back(text);
    } else if (patients.size() > 1) {
      twins.of_patients.push_back(text);
    }
  }
  return twins;
}

std::string first_of(const std::vector<std::string>& texts) {
  return texts.front() + (texts.size() > 1 ? " (and " + std::to_string(texts.size() - 1) + " more)" : "");
}

} // namespace brainmvp::study
