// Broken on purpose: ./dev lint checks that clang-format refuses this layout.
int   f( ){return 1 ;}
