package azuretest

import (
	"time"
)

// DelegationTokens switches on or off, as it is at first, that a Hadoop cluster puts a
// delegation token into the addresses of its data nodes in place of the user's name, as
// a secure cluster does. The data nodes then accept nothing else.
func (l *DataLake) DelegationTokens(on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tokens = on
}

func (l *DataLake) wantsTokens() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.tokens
}

// lakeToken is what is in a delegation token. It is made like an access token, so that
// the log of requests redacts it.
type lakeToken struct {
	Lake    string      `json:"lake"`
	Owner   string      `json:"owner"`
	Expires numericDate `json:"exp"`
	ID      string      `json:"jti"`
}

const lakeTokenLife = 24 * time.Hour

func (l *DataLake) mintToken(user string) string {
	return l.server.signer.sign(lakeToken{l.URL(), user, dateOf(l.server.Now().Add(lakeTokenLife)), newGUID()})
}

// readToken returns what is in a good token.
func (l *DataLake) readToken(text string) (lakeToken, *lakeFailure) {
	var t lakeToken
	err := decodeToken(text, &t)
	if err == nil {
		err = l.server.signer.verify(text)
	}
	switch {
	case err != nil || t.Lake != l.URL():
		return t, refuseLake("SecurityException", "the delegation token is none of this cluster's")
	case !l.server.Now().Before(t.Expires.time()):
		return t, refuseLake("InvalidToken", "token for %s is expired", t.Owner)
	case l.server.lakes.cancelled(t.ID):
		return t, refuseLake("InvalidToken", "token for %s can't be found in cache", t.Owner)
	}
	return t, nil
}

// delegated returns whom a delegation token lets in.
func (l *DataLake) delegated(text string) (lakeUser, *lakeFailure) {
	t, failure := l.readToken(text)
	if failure != nil {
		return lakeUser{}, failure
	}
	return l.user(t.Owner), nil
}

// credential is how a Location tells the data node whose request it is.
func (l *DataLake) credential(user lakeUser) string {
	if l.wantsTokens() {
		return "delegation=" + l.mintToken(user.name)
	}
	return "user.name=" + user.name
}

// lakeTokenAnswer is the answer to GETDELEGATIONTOKEN. A cluster without security has
// none to give.
type lakeTokenAnswer struct {
	Token *lakeTokenURL
}

type lakeTokenURL struct {
	URLString string `json:"urlString"`
}

func (l *DataLake) getDelegationToken(req *lakeRequest) (lakeReply, *lakeFailure) {
	var answer lakeTokenAnswer
	if l.wantsTokens() || l.traits.dialect == httpFSDialect {
		answer.Token = &lakeTokenURL{l.mintToken(req.user.name)}
	}
	return replyJSON(answer)
}

// lakeLong is an answer that is a number.
type lakeLong struct {
	Long int64 `json:"long"`
}

func (l *DataLake) renewDelegationToken(req *lakeRequest) (lakeReply, *lakeFailure) {
	if _, failure := l.tokenArgument(req); failure != nil {
		return nil, failure
	}
	return replyJSON(lakeLong{l.server.Now().Add(lakeTokenLife).UnixMilli()})
}

func (l *DataLake) cancelDelegationToken(req *lakeRequest) (lakeReply, *lakeFailure) {
	t, failure := l.tokenArgument(req)
	if failure != nil {
		return nil, failure
	}
	l.server.lakes.cancel(t.ID)
	return l.replyEmpty()
}

func (l *DataLake) tokenArgument(req *lakeRequest) (lakeToken, *lakeFailure) {
	if failure := req.required("token"); failure != nil {
		return lakeToken{}, failure
	}
	return l.readToken(req.query.text("token"))
}

func (l *lakes) cancelled(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.tokens[id]
}

func (l *lakes) cancel(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.tokens == nil {
		l.tokens = map[string]bool{}
	}
	l.tokens[id] = true
}
