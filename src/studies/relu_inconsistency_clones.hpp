// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A function marked PASTUR_CLONES is compiled once per instruction set and chosen at load time. Only + - * /
// sqrt and selections appear in such functions, in a fixed order and never contracted: the same bits on every
// instruction set.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define PASTUR_CLONES [[gnu::target_clones("avx512f", "avx2", "default")]]
#else
#define PASTUR_CLONES
#endif
#define PASTUR_INLINE [[gnu::always_inline]] inline
