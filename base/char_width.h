/* How many columns of a terminal a character takes, the same on every machine and in every locale.
 *
 * 0 for marks that sit on the character before, 2 for East Asian wide and fullwidth ones and emoji,
 * 1 for all others. Unlike wcwidth() it knows no unprintable ones: see text_char_shown().
 */
#ifndef MORTEM_BASE_CHAR_WIDTH_H
#define MORTEM_BASE_CHAR_WIDTH_H

#include "base/base.h"

unsigned char_width(uint32_t code);

#endif
