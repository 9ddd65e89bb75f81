// Broken on purpose: the module that is depended on is not used.
#pragma once
