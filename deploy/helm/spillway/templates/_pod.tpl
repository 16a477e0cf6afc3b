{{/* What a gateway's pod and a sidecar have in common: the container, and the volumes it mounts. */}}

{{- define "spillway.container" -}}
name: spillway
image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
imagePullPolicy: {{ .Values.image.pullPolicy }}
args: [serve, --config, /etc/spillway/config/spillway.yaml]
env:
  - {name: STATE_DIRECTORY, value: /var/lib/spillway}
{{- with .Values.envSecrets }}
envFrom:
  {{- range . }}
  - secretRef: {name: {{ . }}}
  {{- end }}
{{- end }}
ports:
  - {name: http, containerPort: 8080}
  - {name: admin, containerPort: 9091}
startupProbe:
  httpGet: {path: /livez, port: admin}
  periodSeconds: 1
  failureThreshold: 30
livenessProbe:
  httpGet: {path: /livez, port: admin}
  periodSeconds: 10
  timeoutSeconds: 5
{{- /* Not ready means draining, never that upstreams are down. */}}
readinessProbe:
  httpGet: {path: /readyz, port: admin}
  periodSeconds: 2
  timeoutSeconds: 2
{{- with .Values.resources }}
resources: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  readOnlyRootFilesystem: true
  allowPrivilegeEscalation: false
  capabilities: {drop: [ALL]}
  seccompProfile: {type: RuntimeDefault}
volumeMounts:
  {{- /* The folder, not the file: a subPath would never see the table change. */}}
  - {name: spillway-config, mountPath: /etc/spillway/config, readOnly: true}
  - {name: spillway-admin, mountPath: /etc/spillway/admin, readOnly: true}
  - {name: spillway-state, mountPath: /var/lib/spillway}
  {{- if .Values.keysSecret }}
  - {name: spillway-keys, mountPath: /etc/spillway/keys, readOnly: true}
  {{- end }}
  {{- if .Values.tlsSecret }}
  - {name: spillway-tls, mountPath: /etc/spillway/tls, readOnly: true}
  {{- end }}
  {{- with .Values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- define "spillway.volumes" -}}
- name: spillway-config
  configMap: {name: {{ include "spillway.name" . }}}
- name: spillway-admin
  secret: {secretName: {{ include "spillway.adminSecret" . }}, defaultMode: 0440}
- name: spillway-state
  {{- with .Values.ledgerClaim }}
  persistentVolumeClaim: {claimName: {{ . }}}
  {{- else }}
  emptyDir: {sizeLimit: 64Mi}
  {{- end }}
{{- with .Values.keysSecret }}
- name: spillway-keys
  secret: {secretName: {{ . }}, defaultMode: 0440}
{{- end }}
{{- with .Values.tlsSecret }}
- name: spillway-tls
  secret: {secretName: {{ . }}, defaultMode: 0440}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The time from SIGTERM to SIGKILL that a drain may take. */}}
{{- define "spillway.graceSeconds" -}}
{{- add .Values.drain.delay .Values.drain.timeout 30 -}}
{{- end -}}

{{/* For your own chart's pods: one entry of initContainers; needs spillway.volumes among the volumes. */}}
{{- define "spillway.sidecar" -}}
- restartPolicy: Always
  {{- include "spillway.container" . | nindent 2 }}
{{- end -}}
