// gzip in memory: libdeflate for whole files, zlib where only the front is needed or a fault is to be named.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "io/bytes.h"

namespace brainmvp::io {

bool is_gzip(std::span<const std::byte> bytes);

// Up to `count` bytes from the front of the stream. Throws Error(kBadInput), named after `name`, when it is damaged there.
std::vector<std::byte> gunzip_front(std::span<const std::byte> bytes, std::size_t count, const std::string& name);

struct Unzipped {
  Buffer buffer;
  std::vector<std::string> warnings;
};

// All members of the stream, with their CRCs checked; zero padding after them is ignored, other bytes are warned of.
// Takes no more memory than about twice what the stream gives, whatever `limit` is. Throws Error(kBadInput) for a damaged
// stream and for one that gives more than `limit` bytes.
Unzipped gunzip(std::span<const std::byte> bytes, std::size_t limit, const std::string& name);

// No stream of `compressed` bytes can give more than this (deflate's largest ratio is 1032).
std::uint64_t gunzip_bound(std::uint64_t compressed);

// A single zlib or gzip stream of at most `limit` bytes, through zlib. Throws Error(kBadInput) as gunzip does.
Buffer unzip_stream(std::span<const std::byte> bytes, std::size_t limit, const std::string& name);

// `level` as libdeflate's: 1 is fastest, 12 smallest.
std::string gzip(std::span<const std::byte> bytes, int level = 6);

} // namespace brainmvp::io
