<?php
/**
 * One tag of HTML at a time: its attributes read, and set without touching the others.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Rendering;

/** An `<img>` tag. */
const IMG = '~<img(?=[\s/>])(?:[^"\'>]++|"[^"]*+"|\'[^\']*+\')*+>~i';

/**
 * Find the attributes of a tag.
 *
 * @return array<string,array{0:string,1:int,2:int}> The decoded value of each, where it begins in the tag, and its length.
 */
function attributes( string $tag ): array {
	$found = [];
	$value = '"[^"]*+"|\'[^\']*+\'|[^\s>]++';
	$at    = preg_match( '~\A<[a-z][^\s/>]*~i', $tag, $name ) ? strlen( $name[0] ) : strlen( $tag );
	while ( preg_match( "~\G[\s/]*+([^\s=>/]++)(?:\s*+=\s*+($value))?~", $tag, $match, PREG_OFFSET_CAPTURE, $at ) ) {
		$at   = $match[0][1] + strlen( $match[0][0] );
		$name = strtolower( $match[1][0] );
		$text = $match[2][0] ?? '';
		if ( '' !== $text && ( '"' === $text[0] || "'" === $text[0] ) ) {
			$text = substr( $text, 1, -1 );
		}
		// Of two attributes with one name, browsers take the first.
		$found += [ $name => [ html_entity_decode( $text, ENT_QUOTES | ENT_HTML5, 'UTF-8' ), $match[1][1], $at - $match[1][1] ] ];
	}
	return $found;
}

/** Read an attribute, '' if there is none. */
function attribute( string $tag, string $name ): string {
	return attributes( $tag )[ $name ][0] ?? '';
}

/** Set an attribute; a new one comes last, where the editor puts the class of an image. */
function with_attribute( string $tag, string $name, string $value ): string {
	$attributes = attributes( $tag );
	$written    = $name . '="' . htmlspecialchars( $value, ENT_QUOTES, 'UTF-8' ) . '"';
	if ( isset( $attributes[ $name ] ) ) {
		return substr_replace( $tag, $written, $attributes[ $name ][1], $attributes[ $name ][2] );
	}
	$at = strcspn( $tag, " \t\n\r\f/>" );
	foreach ( $attributes as list( , $begin, $length ) ) {
		$at = max( $at, $begin + $length );
	}
	return substr_replace( $tag, " $written", $at, 0 );
}

/** List the classes of a tag. */
function classes( string $tag ): array {
	return preg_split( '~\s+~', attribute( $tag, 'class' ), -1, PREG_SPLIT_NO_EMPTY );
}

/** Add classes to a tag. */
function with_classes( string $tag, array $add ): string {
	$before = classes( $tag );
	$after  = array_unique( array_merge( $before, $add ) );
	return $before === $after ? $tag : with_attribute( $tag, 'class', implode( ' ', $after ) );
}
