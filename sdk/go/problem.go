package postmand

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ProblemOf gives what Postmand says about an error of the client or of Enqueue. It is false for any other error, and for answers that
// a proxy wrote.
func ProblemOf(err error) (Problem, bool) {
	var answer *APIError
	if !errors.As(err, &answer) {
		return refusalOf(err)
	}
	body, err := json.Marshal(answer.Body)
	if err != nil {
		return Problem{}, false
	}
	var problem Problem
	if err := json.Unmarshal(body, &problem); err != nil || problem.Code == 0 {
		return Problem{}, false
	}
	return problem, true
}

// refusalOf reads the SQLSTATE of what the functions in SQL refuse, PM and the code of the API. The drivers' errors have it.
func refusalOf(err error) (Problem, bool) {
	var refused interface{ SQLState() string }
	if !errors.As(err, &refused) {
		return Problem{}, false
	}
	digits, ok := strings.CutPrefix(refused.SQLState(), "PM")
	code, err := strconv.ParseInt(digits, 10, 64)
	return Problem{Code: code, Message: fmt.Sprint(refused)}, ok && err == nil
}

// IsProblem tells whether an error is a refusal by Postmand with this code.
func IsProblem(err error, code int64) bool {
	problem, ok := ProblemOf(err)
	return ok && problem.Code == code
}

// String says what was wrong.
func (p Problem) String() string {
	if p.Details == nil {
		return fmt.Sprintf("%s (code %d)", p.Message, p.Code)
	}
	return fmt.Sprintf("%s: %s (code %d)", p.Message, *p.Details, p.Code)
}
