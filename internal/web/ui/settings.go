package ui

import "time"

// DeveloperPage is Settings → Developer: the owner's tokens.
type DeveloperPage struct {
	Page
	Form   Form
	Tokens []TokenRow
	Secret string // the token that was just made, shown once
	Agents []AgentRow
}

// TokenRow is an owner token, without its secret.
type TokenRow struct {
	ID, Name, Prefix string
	CreatedAt        time.Time
	ExpiresAt        *time.Time
	LastUsedAt       *time.Time
}

// ProfilePage is Settings → Profile.
type ProfilePage struct {
	Page
	Form      Form // of the password
	CreatedAt time.Time
	Verified  bool
}
