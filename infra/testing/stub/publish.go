package main

import (
	"crypto/sha256"
	"encoding/base64"
	"strconv"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// What the real provider does for aws_lambda_function with publish = true: a change of code or configuration makes
// version and its kin unknown in the plan, and apply publishes the next number. Versions are never taken back, so that
// an earlier package under a later plan is published under a new number again.

var publishedAttributes = []string{"version", "qualified_arn", "qualified_invoke_arn", "last_modified"}
var codeAttributes = []string{"s3_bucket", "s3_key", "s3_object_version", "filename", "image_uri"}

// Tags are set by a call of their own and publish nothing.
var notPublished = map[string]bool{"tags": true, "tags_all": true, "publish": true, "timeouts": true, "region": true}

func publishes(typ string, fields map[string]tftypes.Value) bool {
	var on bool
	if v := fields["publish"]; typ == "aws_lambda_function" && !v.IsNull() && v.IsKnown() {
		must(v.As(&on))
	}
	return on
}

// planPublish marks what a change of a published function will make anew.
func planPublish(typ string, s *schema, prior, planned tftypes.Value) tftypes.Value {
	was, will := object(prior), object(planned)
	if prior.IsNull() || !publishes(typ, will) {
		return planned
	}
	changed, code := false, false
	for name, v := range will {
		if a := s.Block.Attributes[name]; notPublished[name] || a != nil && a.Computed && !a.Optional {
			continue
		}
		if !v.Equal(was[name]) {
			changed = true
		}
	}
	for _, name := range codeAttributes {
		code = code || !will[name].Equal(was[name])
	}
	if !changed {
		return planned
	}
	names := publishedAttributes
	if code {
		names = append([]string{"code_sha256"}, names...)
	}
	for _, name := range names {
		will[name] = tftypes.NewValue(tftypes.String, tftypes.UnknownValue)
	}
	return tftypes.NewValue(planned.Type(), will)
}

// applyPublish gives a function that is to be published its next number, and the digest that stands for its code.
func applyPublish(typ string, prior, planned tftypes.Value) tftypes.Value {
	fields := object(planned)
	if typ != "aws_lambda_function" {
		return planned
	}
	if !fields["code_sha256"].IsKnown() {
		h := sha256.New()
		for _, name := range codeAttributes {
			h.Write([]byte(name + "=" + text(fields[name]) + "\n"))
		}
		fields["code_sha256"] = tftypes.NewValue(tftypes.String, base64.StdEncoding.EncodeToString(h.Sum(nil)))
	}
	if publishes(typ, fields) && !fields["version"].IsKnown() {
		last, _ := strconv.Atoi(text(object(prior)["version"]))
		version := strconv.Itoa(last + 1)
		fields["version"] = tftypes.NewValue(tftypes.String, version)
	}
	return tftypes.NewValue(planned.Type(), fields)
}
