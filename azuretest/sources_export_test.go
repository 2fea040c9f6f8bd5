package azuretest

import "time"

// Sign signs a payload with the key of all Servers.
func Sign(payload any) string {
	s, err := newSigner()
	if err != nil {
		panic(err)
	}
	return s.sign(payload)
}

// ArcKeyLife and PodTokenLife are how long the keys of Azure Arc and the tokens of
// pods are good.
const (
	ArcKeyLife   = arcKeyLife
	PodTokenLife = podTokenLife
)

// PodToken returns the claims of a good token of a pod.
func (s *Server) PodToken() map[string]any {
	now := s.Now()
	return map[string]any{
		"iss": podIssuer, "sub": podSubject, "aud": []string{podAudience},
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}
}
