// Python's pickle format as torch.save uses it: opcodes of protocol 2 and the limits that reading keeps to.
// Source: Python's pickletools and torch/_weights_only_unpickler.
#pragma once

#include <cstddef>
#include <cstdint>

namespace brainmvp::checkpoint::pickle {

enum class Op : std::uint8_t {
  kMark = '(',
  kStop = '.',
  kNone = 'N',
  kNewTrue = 0x88,
  kNewFalse = 0x89,
  kBinInt = 'J',
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kLong1 = 0x8a,
  kBinFloat = 'G',
  kShortBinString = 'U',
  kBinUnicode = 'X',
  kEmptyList = ']',
  kAppend = 'a',
  kAppends = 'e',
  kEmptyTuple = ')',
  kTuple = 't',
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kEmptyDict = '}',
  kSetItem = 's',
  kSetItems = 'u',
  kBinPut = 'q',
  kLongBinPut = 'r',
  kBinGet = 'h',
  kLongBinGet = 'j',
  kGlobal = 'c',
  kReduce = 'R',
  kBuild = 'b',
  kBinPersId = 'Q',
  kProto = 0x80,
};

inline constexpr std::size_t kMaxBytes = 256U << 20;  // of data.pkl
inline constexpr std::size_t kMaxValues = 4U << 20;   // built, and entries of the memo
inline constexpr std::size_t kMaxDepth = 100;         // of nested containers
inline constexpr std::size_t kMaxNameBytes = 256;     // of a global's module or name
inline constexpr std::size_t kMaxDimensions = 64;     // of a tensor
inline constexpr std::int64_t kMaxExpanded = 1 << 24; // elements of a tensor that repeats its storage (stride 0)

} // namespace brainmvp::checkpoint::pickle
