package main

import (
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

// The messages of the package proto of v0.1.6: each with its fields in the order of their numbers.
const messages = `
Empty
CacheItem               value string, ttl int32
CacheGetRequest         key string
CacheGetResponse        value string
CacheSetRequest         key string, item CacheItem
GetCounterRequest       key string
GetCounterResponse      value int64
IncrementCounterRequest key string, amount int64
FlagGetRequest          key string
FlagSetRequest          key string, value bool
FlagResponse            value bool
Location                key string
Value                   content bytes
GetResponse             value Value
PutRequest              location Location, value Value
GetSetRequest           set string
ModifySetRequest        set string, item string
SetResponse             items repeated string
`

var scalars = map[string]descriptorpb.FieldDescriptorProto_Type{
	"string": descriptorpb.FieldDescriptorProto_TYPE_STRING,
	"bytes":  descriptorpb.FieldDescriptorProto_TYPE_BYTES,
	"bool":   descriptorpb.FieldDescriptorProto_TYPE_BOOL,
	"int32":  descriptorpb.FieldDescriptorProto_TYPE_INT32,
	"int64":  descriptorpb.FieldDescriptorProto_TYPE_INT64,
}

var file = describe()

// describe makes of the table what protoc would make of a .proto file.
func describe() protoreflect.FileDescriptor {
	described := &descriptorpb.FileDescriptorProto{
		Name: proto.String("v0.proto"), Package: proto.String("proto"), Syntax: proto.String("proto3"),
	}
	for _, line := range strings.Split(strings.TrimSpace(messages), "\n") {
		name, fields, _ := strings.Cut(line, " ")
		message := &descriptorpb.DescriptorProto{Name: proto.String(name)}
		for number, field := range strings.Split(strings.TrimSpace(fields), ", ") {
			if field != "" {
				message.Field = append(message.Field, describeField(strings.Fields(field), int32(number+1)))
			}
		}
		described.MessageType = append(described.MessageType, message)
	}
	file, err := protodesc.NewFile(described, nil)
	if err != nil {
		panic(err)
	}
	return file
}

func describeField(words []string, number int32) *descriptorpb.FieldDescriptorProto {
	label := descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL
	if words[1] == "repeated" {
		label = descriptorpb.FieldDescriptorProto_LABEL_REPEATED
	}
	field := &descriptorpb.FieldDescriptorProto{Name: proto.String(words[0]), Number: proto.Int32(number), Label: label.Enum()}
	kind := words[len(words)-1]
	if scalar, ok := scalars[kind]; ok {
		field.Type = scalar.Enum()
	} else {
		field.Type = descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum()
		field.TypeName = proto.String(".proto." + kind)
	}
	return field
}

// message makes a message and sets its fields in pairs of a name and a value.
func message(name string, fields ...any) *dynamicpb.Message {
	made := dynamicpb.NewMessage(file.Messages().ByName(protoreflect.Name(name)))
	for i := 0; i < len(fields); i += 2 {
		field := made.Descriptor().Fields().ByName(protoreflect.Name(fields[i].(string)))
		if inner, ok := fields[i+1].(*dynamicpb.Message); ok {
			made.Set(field, protoreflect.ValueOfMessage(inner))
		} else {
			made.Set(field, protoreflect.ValueOf(fields[i+1]))
		}
	}
	return made
}

// value reads a field; its path goes through inner messages.
func value(from *dynamicpb.Message, path ...protoreflect.Name) any {
	read := from.Get(from.Descriptor().Fields().ByName(path[0]))
	if len(path) > 1 {
		return value(read.Message().Interface().(*dynamicpb.Message), path[1:]...)
	}
	if content, ok := read.Interface().([]byte); ok {
		return append([]byte{}, content...)
	}
	if list, ok := read.Interface().(protoreflect.List); ok {
		items := []string{}
		for i := range list.Len() {
			items = append(items, list.Get(i).String())
		}
		return items
	}
	return read.Interface()
}
