// brainmvp templates, run as a process; nibabel reads the volumes.
#include "support/support.h"

namespace brainmvp {
namespace {

using test::expect_part;
using test::run_brainmvp;

// Rows 0 (flair) and 3 (t2) are trained, the others stayed at zero; every voxel of a trained row has its own value.
constexpr const char* kMakeRun = R"(
import sys, os, torch
bank = torch.zeros(8, 5, 6, 7)
bank[0] = torch.arange(210.).reshape(5, 6, 7) - 50
bank[3] = bank[0] ** 2
run, plain = sys.argv[1:]
os.makedirs(run + '/checkpoints')
torch.save({'state_dict': {'rep_template': bank, 'w': torch.ones(1)}, 'modalities': ['flair', 't2'],
            'template_affine': [[1.0, 0.0, 0.0, -20.0], [0.0, 1.0, 0.0, 3.5], [0.0, 0.0, 1.0, 8.0]]}, run + '/checkpoints/last.pt')
torch.save({'state_dict': {'module.rep_template': bank}}, plain)
)";

constexpr const char* kCheckTemplates = R"(
import sys, torch, nibabel, numpy as np
out, source = sys.argv[1:3]
state = torch.load(source, weights_only=True)['state_dict']
bank = state.get('rep_template', state.get('module.rep_template')).numpy()
affine = np.eye(4)
affine[:3, 3] = [float(x) for x in sys.argv[3:]]
for row, name in enumerate('flair t1 t1c t2 mra pd dwi adc'.split()):
    image = nibabel.load(f'{out}/{name}.nii.gz')
    assert image.shape == (5, 6, 7) and np.allclose(image.affine, affine), (name, image.affine)
    t = bank[row]
    assert np.allclose(image.get_fdata(), (t - t.min()) / (t.max() - t.min() + 1e-9), atol=1e-6), name
)";

TEST(Templates, OfARunHaveItsAffineAndNameTheUntrained) {
  const test::TemporaryFolder folder;
  const std::string run = folder / "run";
  const std::string plain = folder / "plain.pt";
  const std::string out = folder / "out";
  ASSERT_EQ(test::run_python(kMakeRun, {run, plain}).exit_code, 0);
  const auto result = run_brainmvp({"templates", run, "-o", out});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  expect_part(result.out, "flair.nii.gz: learned values -50 to 159, stored as 0 to 1\n");
  expect_part(result.out, "mra.nii.gz: constant at 0: it never moved; not among the training's modalities\n");
  const auto checked = test::run_python(kCheckTemplates, {out, run + "/checkpoints/last.pt", "-20", "3.5", "8"});
  EXPECT_EQ(checked.exit_code, 0) << checked.err;
  for (const char* picture : {"flair.png", "t2.png"}) {
    EXPECT_TRUE(test::read_text(out + "/" + picture).starts_with("\x89PNG")) << picture;
  }
  EXPECT_FALSE(std::filesystem::exists(out + "/mra.png")) << "there is nothing to see";

  const auto again = run_brainmvp({"templates", run, "-o", out});
  EXPECT_EQ(again.exit_code, 5);
  expect_part(again.err, "--force");
  EXPECT_EQ(run_brainmvp({"templates", run, "-o", out, "--force"}).exit_code, 0);

  // A checkpoint of the public code has no affine: 1 mm, centred on the grid.
  const auto published = run_brainmvp({"templates", plain, "-o", folder / "centred"});
  ASSERT_EQ(published.exit_code, 0) << published.err;
  expect_part(published.err, "no template_affine");
  const auto centred = test::run_python(kCheckTemplates, {folder / "centred", plain, "-2", "-2.5", "-3"});
  EXPECT_EQ(centred.exit_code, 0) << centred.err;

  // The same weights as .safetensors carry the affine along.
  ASSERT_EQ(run_brainmvp({"convert", run + "/checkpoints/last.pt", folder / "w.safetensors"}).exit_code, 0);
  const auto converted = run_brainmvp({"templates", folder / "w.safetensors", "-o", folder / "converted"});
  ASSERT_EQ(converted.exit_code, 0) << converted.err;
  EXPECT_EQ(test::read_text(folder / "converted/flair.nii.gz"), test::read_text(out + "/flair.nii.gz"));
  EXPECT_EQ(test::read_text(folder / "converted/flair.png"), test::read_text(out + "/flair.png"));
}

TEST(Templates, RefusesWhatHasNone) {
  const test::TemporaryFolder folder;
  const auto other = run_brainmvp({"templates", test::golden("checkpoints/module_state_dict.pt"), "-o", folder / "out"});
  EXPECT_EQ(other.exit_code, 4);
  expect_part(other.err, "no rep_template");
  std::filesystem::create_directory(folder / "empty");
  const auto empty = run_brainmvp({"templates", folder / "empty", "-o", folder / "out"});
  EXPECT_EQ(empty.exit_code, 4);
  expect_part(empty.err, "no checkpoints/last.pt");
  EXPECT_EQ(run_brainmvp({"templates", folder / "absent.pt", "-o", folder / "out"}).exit_code, 4);
  EXPECT_FALSE(std::filesystem::exists(folder / "out"));
}

} // namespace
} // namespace brainmvp
