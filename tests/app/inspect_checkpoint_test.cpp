// brainmvp inspect on checkpoints, run as a process.
#include "support/support.h"

namespace brainmvp {
namespace {

using test::expect_part;
using test::golden;
using test::run_brainmvp;

TEST(InspectCheckpoint, ListsTensorsTotalsAndOtherEntries) {
  const auto result = run_brainmvp({"inspect", golden("checkpoints/reference_layout.pt")});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  expect_part(result.out, "format: .pt\n");
  expect_part(result.out, "weights: 12 tensors, ");
  expect_part(result.out, "1 bfloat16, 1 bool, 1 float16, 6 float32, 1 float64, 2 int64");
  expect_part(result.out, "current_epoch: int 100\n");
  expect_part(result.out, "optimizer: dict of 2 entries with ");
  expect_part(result.out, "module.b.transposed                float32   [8, 5]\n");
}

TEST(InspectCheckpoint, ReadsSafetensors) {
  const auto result = run_brainmvp({"inspect", golden("checkpoints/same.safetensors")});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  expect_part(result.out, "format: safetensors\n");
  expect_part(result.out, "weights: 12 tensors, ");
  expect_part(result.out, "format: str \"pt\"\n");
}

TEST(InspectCheckpoint, RefusesWhatCannotBeUsed) {
  for (const std::string name : {"legacy_not_zip.pt", "truncated.pt", "hostile_pickle.pt", "absent.pt", "absent.safetensors"}) {
    const auto result = run_brainmvp({"inspect", golden("checkpoints/" + name)});
    EXPECT_EQ(result.exit_code, 4) << name << result.err;
    EXPECT_EQ(result.out, "") << name;
    expect_part(result.err, name);
  }
}

} // namespace
} // namespace brainmvp
