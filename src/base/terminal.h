// The terminal behind stderr: its width, its colours, and a last line that is drawn again and again below the messages.
#pragma once

#include <cstddef>
#include <string>

namespace brainmvp::terminal {

bool is_terminal();

// Of the terminal; 80 where it does not say.
std::size_t columns();

// On a terminal that is not "dumb", unless NO_COLOR is set to anything (no-color.org).
bool has_colours();

enum class Colour { kRed = 31, kYellow = 33 };

// The text in this colour where there are colours.
std::string coloured(const std::string& text, Colour colour);

// Draws the last line anew, cut to the terminal's width, so that it never wraps.
void draw_line(const std::string& text);

// Takes the last line away.
void clear_line();

// Writes a message to stderr, above the last line where there is one. Safe from any thread, as the others.
void write(const std::string& text);

} // namespace brainmvp::terminal
