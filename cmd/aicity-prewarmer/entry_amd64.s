#include "textflag.h"

// A sentry's heap at the end of its boot is below what it is first collected at.
DATA collect<>+0(SB)/8, $"GOGC=300"
DATA collect<>+8(SB)/1, $0
GLOBL collect<>(SB), RODATA, $9

// func entry()
//
// On the stack are argc, the arguments, 0, the environment, 0. The arguments from
// the third on move down by one, which makes room for a variable before the others.
TEXT ·entry(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	MOVQ	$292, AX // dup3
	MOVQ	$0, DI
	MOVQ	$1023, SI
	MOVQ	$0x80000, DX // O_CLOEXEC
	SYSCALL
	MOVQ	$3, AX // close
	MOVQ	$1023, DI
	SYSCALL
	MOVQ	$157, AX // prctl
	MOVQ	$38, DI // PR_SET_NO_NEW_PRIVS, which the next call may ask for
	MOVQ	$1, SI
	MOVQ	$0, DX
	MOVQ	$0, R10
	MOVQ	$0, R8
	SYSCALL
	MOVQ	$317, AX // seccomp
	MOVQ	$1, DI // SECCOMP_SET_MODE_FILTER
	MOVQ	$0, SI
	MOVQ	$·filter(SB), DX
	SYSCALL // without it, all works and takes longer
	MOVQ	0(SP), CX
	SUBQ	$2, CX
	JLE	fail
	MOVQ	16(SP), DI
	LEAQ	16(SP), SI
	MOVQ	SI, R8
move:
	MOVQ	8(R8), AX
	MOVQ	AX, 0(R8)
	ADDQ	$8, R8
	DECQ	CX
	JNE	move
	MOVQ	$0, 0(R8)
	ADDQ	$8, R8
	MOVQ	$collect<>(SB), AX
	MOVQ	AX, 0(R8)
	MOVQ	R8, DX
	MOVQ	$59, AX // execve
	SYSCALL
fail:
	MOVQ	$231, AX // exit_group
	MOVQ	$127, DI
	SYSCALL
	INT	$3
