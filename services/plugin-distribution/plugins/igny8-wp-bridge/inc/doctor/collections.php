<?php
/**
 * `GET /collections/{post_type}`: whether posts of a type can be read and written, and if not, why.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Doctor;

use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Reading;
use IGNY8\Bridge\Rest;
use WP_Post_Type;
use WP_REST_Request;
use WP_REST_Response;

/** Answer `GET /collections/{post_type}`. */
function answer_collection( WP_REST_Request $request ): WP_REST_Response {
	$name = (string) $request->get_url_params()['post_type'];
	$type = get_post_type_object( $name );
	if ( ! $type ) {
		return Reading\unknown_post_type( $name );
	}
	$readable              = Reading\is_readable_type( $name );
	list( $detail, $fix ) = $readable ? reason_not_to_write( $type ) : reason_not_to_read( $type );
	return Rest\success(
		[
			'post_type'  => $name,
			'label'      => (string) $type->label,
			'readable'   => $readable,
			'writable'   => $readable && '' === $detail,
			'count'      => $readable ? Reading\count_posts( $name ) : 0,
			'supports'   => array_keys( get_all_post_type_supports( $name ) ),
			'taxonomies' => Reading\taxonomies_of( $name ),
			'detail'     => $detail,
			'fix'        => $fix,
		]
	);
}

/** Say why a type cannot be read, and what to do. */
function reason_not_to_read( WP_Post_Type $type ): array {
	if ( 'attachment' === $type->name ) {
		return [ __( 'Files of the library are no posts.', 'igny8-wp-bridge' ), __( 'Images come with the posts that show them.', 'igny8-wp-bridge' ) ];
	}
	return [ __( 'The type is not public on this site.', 'igny8-wp-bridge' ), __( 'Let the plugin or theme that registers it say "public" => true.', 'igny8-wp-bridge' ) ];
}

/** Say why a type cannot be written, and what to do; nothing if it can. */
function reason_not_to_write( WP_Post_Type $type ): array {
	$author = Connection\default_author();
	if ( ! $author ) {
		return [ __( 'The site has no user to write as.', 'igny8-wp-bridge' ), __( 'Choose a default author under Settings > IGNY8.', 'igny8-wp-bridge' ) ];
	}
	foreach ( [ 'edit_posts', 'publish_posts' ] as $right ) {
		if ( ! user_can( $author, $type->cap->$right ) ) {
			/* translators: %s: name of a capability */
			$detail = sprintf( __( 'The default author may not write posts of this type: %s is missing.', 'igny8-wp-bridge' ), $type->cap->$right );
			return [ $detail, __( 'Choose a default author who may, under Settings > IGNY8.', 'igny8-wp-bridge' ) ];
		}
	}
	return [ '', '' ];
}
