package sandbox

// MakeSpare makes a workspace ahead, as Run does now and then.
func (s *Service) MakeSpare() error { return s.makeSpare() }
