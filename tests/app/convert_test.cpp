// brainmvp convert, run as a process, against torch and safetensors in Python.
#include "support/support.h"

namespace brainmvp {
namespace {

using test::expect_part;
using test::golden;
using test::run_brainmvp;

TEST(Convert, KeepsWeightsAndPlainEntriesAndNamesWhatItDrops) {
  const test::TemporaryFolder folder;
  const std::string in = golden("checkpoints/reference_layout.pt");
  const auto there = run_brainmvp({"convert", in, folder / "there.safetensors"});
  ASSERT_EQ(there.exit_code, 0) << there.err;
  expect_part(there.out, "kept: 12 tensors");
  expect_part(there.out, "kept: current_epoch, scheduler, val_best");
  expect_part(there.out, "dropped: optimizer (dict that is not plain data)");
  const auto back = run_brainmvp({"convert", folder / "there.safetensors", folder / "back.pt"});
  ASSERT_EQ(back.exit_code, 0) << back.err;
  const auto checked = test::run_python(R"(
import sys, json, torch, safetensors
first = torch.load(sys.argv[1], weights_only=True)
with safetensors.safe_open(sys.argv[2], 'pt') as f:
    middle, metadata = {k: f.get_tensor(k) for k in f.keys()}, f.metadata()
last = torch.load(sys.argv[3], weights_only=True)
assert metadata['format'] == 'pt' and metadata['current_epoch'] == '100'
assert json.loads(metadata['scheduler']) == last['scheduler'] == first['scheduler']
for w in (middle, last['state_dict']):
    assert set(w) == set(first['state_dict'])
    for name, t in first['state_dict'].items():
        assert w[name].dtype == t.dtype and torch.equal(w[name], t), name
)",
                                        {in, folder / "there.safetensors", folder / "back.pt"});
  EXPECT_EQ(checked.exit_code, 0) << checked.err;
}

TEST(Convert, CarriesModalitiesBothWays) {
  const test::TemporaryFolder folder;
  const std::string check = R"(
import sys, json, torch, safetensors
c = {'state_dict': {'w': torch.ones(2)}, 'modalities': ['flair', 't1'], 'template_affine': [[1.0, 0.0, 0.0, -2.5]], 'rng': [torch.ones(1)]}
if sys.argv[1] == 'make': torch.save(c, sys.argv[2])
else:
    c.pop('rng')
    d = torch.load(sys.argv[2], weights_only=True)
    assert d.pop('state_dict')['w'].tolist() == c.pop('state_dict')['w'].tolist() and d == c, d
    with safetensors.safe_open(sys.argv[3], 'pt') as f: assert json.loads(f.metadata()['modalities']) == ['flair', 't1']
)";
  ASSERT_EQ(test::run_python(check, {"make", folder / "a.pt"}).exit_code, 0);
  const auto there = run_brainmvp({"convert", folder / "a.pt", folder / "b.safetensors"});
  expect_part(there.out, "dropped: rng (list that is not plain data)");
  ASSERT_EQ(run_brainmvp({"convert", folder / "b.safetensors", folder / "c.pt"}).exit_code, 0);
  const auto checked = test::run_python(check, {"check", folder / "c.pt", folder / "b.safetensors"});
  EXPECT_EQ(checked.exit_code, 0) << checked.err;
}

TEST(Convert, RefusesBeforeAnyWork) {
  const test::TemporaryFolder folder;
  const std::string in = golden("checkpoints/bare_state_dict.pt");
  const auto same = run_brainmvp({"convert", in, folder / "b.pt"});
  EXPECT_EQ(same.exit_code, 2);
  expect_part(same.err, "one of the two must end in .safetensors");
  test::write_text(folder / "old.safetensors", "old");
  const auto exists = run_brainmvp({"convert", in, folder / "old.safetensors"});
  EXPECT_EQ(exists.exit_code, 5);
  expect_part(exists.err, "--force");
  EXPECT_EQ(test::read_text(folder / "old.safetensors"), "old");
  EXPECT_EQ(run_brainmvp({"convert", in, folder / "old.safetensors", "--force"}).exit_code, 0);
  EXPECT_NE(test::read_text(folder / "old.safetensors"), "old");
}

TEST(Convert, BadInputLeavesNothingBehind) {
  const test::TemporaryFolder folder;
  for (const std::string name : {"legacy_not_zip.pt", "truncated.pt", "hostile_pickle.pt", "absent.pt"}) {
    const auto result = run_brainmvp({"convert", golden("checkpoints/" + name), folder / "out.safetensors"});
    EXPECT_EQ(result.exit_code, 4) << name << result.err;
    expect_part(result.err, name);
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

} // namespace
} // namespace brainmvp
