// Small text helpers: case, splitting, readable sizes and times, and the nearest of some names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace brainmvp {

// ASCII lower case; other bytes are kept.
std::string to_lower(std::string_view text);

// Parts of `text` between any of the characters in `separators`; empty parts are kept.
std::vector<std::string> split(std::string_view text, std::string_view separators);

std::string join(std::span<const std::string> parts, std::string_view separator);

// Well-formed UTF-8, as JSON and Python accept it: shortest forms only, no surrogates, up to U+10FFFF.
bool is_utf8(std::string_view bytes);

// Characters of UTF-8, and the byte at which character `number` begins, or the end.
std::size_t character_count(std::string_view text);
std::size_t character_start(std::string_view text, std::size_t number);

// "1.5 GB", "20 kB" (powers of 1000).
std::string human_bytes(std::uint64_t bytes);

// "1:02:03", "2:03", "4.2 s".
std::string human_seconds(double seconds);

// Shortest decimal form that reads back as the same value ("0.1", not "0.100000001").
std::string shortest(double value);

// The entry of `names` with the smallest edit distance to `name`, or "" when none is within a third of its length + 1.
std::string nearest_name(std::string_view name, std::span<const std::string> names);

// "recipe 'papr' is unknown; did you mean paper? (known: paper, released, tiny)". `what`: "recipe".
std::string unknown_name(const std::string& what, const std::string& name, const std::vector<std::string>& known);

} // namespace brainmvp
