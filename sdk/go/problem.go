package postmand

import (
	"encoding/json"
	"errors"
	"fmt"
)

// ProblemOf gives what Postmand says about an error. It is false for any other error, and for answers that a proxy wrote.
func ProblemOf(err error) (Problem, bool) {
	var answer *APIError
	if !errors.As(err, &answer) {
		return Problem{}, false
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

// IsProblem tells whether an error is Postmand's answer with this code.
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
