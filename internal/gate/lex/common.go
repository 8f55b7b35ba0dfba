package lex

// Common pairs the lines that two texts have in common, in their order: the indexes of a
// longest common subsequence.
func Common(one, other []string) [][2]int {
	length := make([][]int, len(one)+1)
	for i := range length {
		length[i] = make([]int, len(other)+1)
	}
	for i := len(one) - 1; i >= 0; i-- {
		for k := len(other) - 1; k >= 0; k-- {
			if one[i] != "" && one[i] == other[k] {
				length[i][k] = length[i+1][k+1] + 1
			} else {
				length[i][k] = max(length[i+1][k], length[i][k+1])
			}
		}
	}
	var pairs [][2]int
	for i, k := 0, 0; i < len(one) && k < len(other); {
		switch {
		case one[i] != "" && one[i] == other[k]:
			pairs = append(pairs, [2]int{i, k})
			i, k = i+1, k+1
		case length[i+1][k] >= length[i][k+1]:
			i++
		default:
			k++
		}
	}
	return pairs
}
