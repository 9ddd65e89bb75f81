// The element types of checkpoint files and their names in torch.save's pickles, in safetensors, and for people.
#pragma once

#include <c10/core/ScalarType.h>
#include <c10/util/ArrayRef.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace brainmvp::checkpoint {

struct Dtype {
  at::ScalarType type;
  std::int64_t bytes;           // of one element
  std::string_view storage;     // class in module torch
  std::string_view safetensors; // "dtype" of its header
  std::string_view name;
};

inline constexpr std::array<Dtype, 10> kDtypes{{
    {at::kDouble, 8, "DoubleStorage", "F64", "float64"},
    {at::kFloat, 4, "FloatStorage", "F32", "float32"},
    {at::kHalf, 2, "HalfStorage", "F16", "float16"},
    {at::kBFloat16, 2, "BFloat16Storage", "BF16", "bfloat16"},
    {at::kLong, 8, "LongStorage", "I64", "int64"},
    {at::kInt, 4, "IntStorage", "I32", "int32"},
    {at::kShort, 2, "ShortStorage", "I16", "int16"},
    {at::kChar, 1, "CharStorage", "I8", "int8"},
    {at::kByte, 1, "ByteStorage", "U8", "uint8"},
    {at::kBool, 1, "BoolStorage", "BOOL", "bool"},
}};

// Null when the type is none of kDtypes.
const Dtype* dtype_of_storage(std::string_view storage_class);
const Dtype* dtype_of_safetensors(std::string_view name);

// Throws Error(kInternal) for a type that checkpoints do not hold (complex, quantized, ...).
const Dtype& dtype_of(at::ScalarType type);

// Elements of a shape; nothing when an extent is negative or the number overflows, a zero extent notwithstanding.
std::optional<std::int64_t> element_count(at::IntArrayRef shape);

// "[2, 3, 4]"
std::string shape_text(at::IntArrayRef shape);

} // namespace brainmvp::checkpoint
