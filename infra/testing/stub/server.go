package main

import (
	"context"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

type server struct {
	tfprotov5.ProviderServer // nil: Terraform does not call what is not written below
	schema                   *provider
	overlay                  overlay
	region, account          string
	defaultTags              map[string]tftypes.Value
}

func (s *server) GetProviderSchema(context.Context, *tfprotov5.GetProviderSchemaRequest) (*tfprotov5.GetProviderSchemaResponse, error) {
	return &tfprotov5.GetProviderSchemaResponse{Provider: s.schema.Provider.proto(),
		ResourceSchemas: protos(s.schema.Resources), DataSourceSchemas: protos(s.schema.DataSources)}, nil
}

func (s *server) GetResourceIdentitySchemas(context.Context, *tfprotov5.GetResourceIdentitySchemasRequest) (*tfprotov5.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov5.GetResourceIdentitySchemasResponse{}, nil
}

func (s *server) PrepareProviderConfig(_ context.Context, r *tfprotov5.PrepareProviderConfigRequest) (*tfprotov5.PrepareProviderConfigResponse, error) {
	return &tfprotov5.PrepareProviderConfigResponse{PreparedConfig: r.Config}, nil
}

func (s *server) ConfigureProvider(_ context.Context, r *tfprotov5.ConfigureProviderRequest) (*tfprotov5.ConfigureProviderResponse, error) {
	config := object(decode(s.schema.Provider, r.Config))
	s.account = firstOf(os.Getenv("AWS_STUB_ACCOUNT_ID"), "123456789012")
	s.region = firstOf(text(config["region"]), os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION"))
	for _, tags := range list(config["default_tags"]) {
		s.defaultTags = object(object(tags)["tags"])
	}
	out := &tfprotov5.ConfigureProviderResponse{}
	if s.region == "" && config["region"].IsKnown() {
		out.Diagnostics = append(out.Diagnostics, failure("invalid AWS Region: no region in the provider block nor in AWS_REGION", nil))
	}
	return out, nil
}

func (s *server) StopProvider(context.Context, *tfprotov5.StopProviderRequest) (*tfprotov5.StopProviderResponse, error) {
	return &tfprotov5.StopProviderResponse{}, nil
}

func (s *server) ValidateResourceTypeConfig(_ context.Context, r *tfprotov5.ValidateResourceTypeConfigRequest) (*tfprotov5.ValidateResourceTypeConfigResponse, error) {
	schema := s.schema.Resources[r.TypeName]
	return &tfprotov5.ValidateResourceTypeConfigResponse{Diagnostics: s.overlay.check(r.TypeName, schema.Block, decode(schema, r.Config))}, nil
}

func (s *server) ValidateDataSourceConfig(_ context.Context, r *tfprotov5.ValidateDataSourceConfigRequest) (*tfprotov5.ValidateDataSourceConfigResponse, error) {
	schema := s.schema.DataSources[r.TypeName]
	return &tfprotov5.ValidateDataSourceConfigResponse{Diagnostics: s.overlay.check("data."+r.TypeName, schema.Block, decode(schema, r.Config))}, nil
}

func (s *server) UpgradeResourceState(_ context.Context, r *tfprotov5.UpgradeResourceStateRequest) (*tfprotov5.UpgradeResourceStateResponse, error) {
	schema := s.schema.Resources[r.TypeName]
	v, err := r.RawState.Unmarshal(schema.valueType())
	if err != nil {
		return nil, err
	}
	return &tfprotov5.UpgradeResourceStateResponse{UpgradedState: encode(schema, v)}, nil
}

func (s *server) ReadResource(_ context.Context, r *tfprotov5.ReadResourceRequest) (*tfprotov5.ReadResourceResponse, error) {
	return &tfprotov5.ReadResourceResponse{NewState: r.CurrentState}, nil
}

func (s *server) PlanResourceChange(_ context.Context, r *tfprotov5.PlanResourceChangeRequest) (*tfprotov5.PlanResourceChangeResponse, error) {
	schema := s.schema.Resources[r.TypeName]
	prior, proposed := decode(schema, r.PriorState), decode(schema, r.ProposedNewState)
	out := &tfprotov5.PlanResourceChangeResponse{PlannedState: r.ProposedNewState, UnsafeToUseLegacyTypeSystem: true}
	if proposed.IsNull() { // destroy
		return out, nil
	}
	planned := planPublish(r.TypeName, schema, prior, s.plan(r.TypeName, schema, proposed))
	out.PlannedState = encode(schema, planned)
	was, will := object(prior), object(planned)
	for name := range will {
		if !prior.IsNull() && s.overlay.replaces(r.TypeName, name) && !was[name].Equal(will[name]) {
			out.RequiresReplace = append(out.RequiresReplace, tftypes.NewAttributePath().WithAttributeName(name))
		}
	}
	return out, nil
}

func (s *server) ApplyResourceChange(_ context.Context, r *tfprotov5.ApplyResourceChangeRequest) (*tfprotov5.ApplyResourceChangeResponse, error) {
	schema := s.schema.Resources[r.TypeName]
	planned := decode(schema, r.PlannedState)
	if !planned.IsNull() {
		planned = applyPublish(r.TypeName, decode(schema, r.PriorState), planned)
	}
	return &tfprotov5.ApplyResourceChangeResponse{NewState: encode(schema, s.fill(r.TypeName, schema, planned)), UnsafeToUseLegacyTypeSystem: true}, nil
}

func (s *server) ImportResourceState(_ context.Context, r *tfprotov5.ImportResourceStateRequest) (*tfprotov5.ImportResourceStateResponse, error) {
	return nil, fmt.Errorf("the stub provider cannot import %s %q: it knows no real resource", r.TypeName, r.ID)
}

func (s *server) ReadDataSource(_ context.Context, r *tfprotov5.ReadDataSourceRequest) (*tfprotov5.ReadDataSourceResponse, error) {
	schema := s.schema.DataSources[r.TypeName]
	v := decode(schema, r.Config)
	if r.TypeName == "aws_iam_policy_document" {
		var err error
		if v, err = policyDocument(v); err != nil {
			return &tfprotov5.ReadDataSourceResponse{Diagnostics: []*tfprotov5.Diagnostic{failure(err.Error(), nil)}}, nil
		}
	}
	return &tfprotov5.ReadDataSourceResponse{State: encode(schema, s.fill("data."+r.TypeName, schema, s.plan("data."+r.TypeName, schema, v)))}, nil
}

func decode(s *schema, in *tfprotov5.DynamicValue) tftypes.Value {
	v, err := in.Unmarshal(s.valueType())
	must(err)
	return v
}

func encode(s *schema, v tftypes.Value) *tfprotov5.DynamicValue {
	out, err := tfprotov5.NewDynamicValue(s.valueType(), v)
	must(err)
	return &out
}

func failure(text string, at *tftypes.AttributePath) *tfprotov5.Diagnostic {
	return &tfprotov5.Diagnostic{Severity: tfprotov5.DiagnosticSeverityError, Summary: text, Attribute: at}
}

func firstOf(options ...string) string {
	for _, o := range options {
		if o != "" {
			return o
		}
	}
	return ""
}
