// Reads one object of the Prometheus operator from standard input into the operator's own types and fails on
// any field they do not have. (Core objects are checked by kubernetes-validate, which does not know these.)
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"sigs.k8s.io/yaml"
)

var kinds = map[string]func() any{
	monitoring.ServiceMonitorsKind: func() any { return &monitoring.ServiceMonitor{} },
	monitoring.PrometheusRuleKind:  func() any { return &monitoring.PrometheusRule{} },
}

func main() {
	if err := check(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "monitoring:", err)
		os.Exit(1)
	}
}

func check(input io.Reader) error {
	text, err := io.ReadAll(input)
	if err != nil {
		return err
	}
	var said struct{ APIVersion, Kind string }
	if err := yaml.Unmarshal(text, &said); err != nil {
		return err
	}
	made, known := kinds[said.Kind]
	if !known || said.APIVersion != monitoring.SchemeGroupVersion.String() {
		return fmt.Errorf("%s %s is not known here", said.APIVersion, said.Kind)
	}
	return yaml.UnmarshalStrict(text, made(), func(decoder *json.Decoder) *json.Decoder {
		decoder.DisallowUnknownFields()
		return decoder
	})
}
