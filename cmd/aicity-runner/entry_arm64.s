#include "go_asm.h"
#include "textflag.h"

// func entry()
TEXT ·entry(SB),NOSPLIT|NOFRAME|TOPFRAME,$0
	MOVD	$const_own, R0
	MOVD	R0, R1
	MOVD	R0, R2
	MOVD	$149, R8 // setresgid
	SVC
	MOVD	$const_own, R0
	MOVD	$147, R8 // setresuid
	SVC
	JMP	_rt0_arm64_linux(SB)
